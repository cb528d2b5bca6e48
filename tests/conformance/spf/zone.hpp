// DNS in memory for judging SPF engines: records, and names that fail in a given way.
//
//     Zone zone;
//     zone.add("example.org", dns::RecordType::TXT, {.text = "v=spf1 a -all"});
//     zone.fail("slow.example.org", dns::Outcome::Timeout);
//     engine->check(query, zone, deadline);
#pragma once

#include "common/dns/resolver.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::conformance {

/// Fill it, then ask from any number of threads.
class Zone final : public dns::Resolver {
public:
    void add(std::string_view name, dns::RecordType type, dns::Record record);
    /// The name exists, perhaps with nothing else.
    void add(std::string_view name);
    /// Questions for `name` of a type that has no record yet, or of just `type`, end like this.
    void fail(std::string_view name, dns::Outcome how,
              std::optional<dns::RecordType> type = std::nullopt);

    /// CNAMEs are followed, eight at most; a longer chain or a loop is ServFail. Names that nobody
    /// can ask for (a label empty or over 63 octets, a name over 253) do not exist.
    [[nodiscard]] std::vector<dns::Answer> ask(std::span<const dns::Question> questions,
                                               const dns::Deadline& deadline) override;

    /// The zone as text, a line per record, for messages of failing tests.
    [[nodiscard]] std::string text() const;

    /// A line of a name: a record of `type`, or how questions end from here on.
    struct Entry {
        std::optional<dns::RecordType> type;
        std::optional<dns::Record> record;
        dns::Outcome failure = dns::Outcome::Timeout;
    };
    /// By name in lower case.
    [[nodiscard]] const std::map<std::string, std::vector<Entry>>& names() const { return names_; }

private:
    [[nodiscard]] dns::Answer answer(const dns::Question& question) const;

    std::map<std::string, std::vector<Entry>> names_;
};

} // namespace postern::conformance
