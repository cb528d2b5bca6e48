// DNS out of a file or a test, in place of the network: the same answers every time, failures on
// request.
//
//     auto dns = FixtureResolver::parse(zone_text, "test.zone");  // or read("test.zone")
//     FixtureResolver dns;                                        // or built by hand
//     dns.add("example.org", RecordType::TXT, "v=spf1 mx -all")
//         .add("example.org", RecordType::MX, "10 mail.example.org")
//         .fail("slow.example.org", RecordType::TXT, Outcome::Timeout);
//
// Text is JSON when its first character is {, otherwise zone text; fixture_json.cpp and
// fixture_zone.cpp say what each may contain. CNAME, DNAME and wildcards work as in a resolver.
#pragma once

#include "common/base/result.hpp"
#include "common/dns/resolver.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace postern::dns {

class Name;

/// Longest chain of aliases that is followed; the fixture answers ServFail for longer ones and for
/// loops, as unbound does.
inline constexpr int kMaxFixtureAliases = 16;
/// A larger file is no fixture.
inline constexpr std::size_t kMaxFixtureOctets = std::size_t{64} << 20;
/// Of records for which nothing else is said.
inline constexpr std::chrono::seconds kFixtureTtl{3600};

/// What a name has of one type.
struct FixtureEntry {
    std::vector<Record> records = {}; ///< none, and no failure: NoData
    std::optional<Outcome> failure = {};
    std::chrono::seconds ttl = kFixtureTtl;
    bool authenticated = false;
    friend bool operator==(const FixtureEntry&, const FixtureEntry&) = default;
};

/// One thread while it is built; after that any number may ask. Negative answers have a TTL of
/// 300 s.
class FixtureResolver final : public Resolver {
public:
    FixtureResolver() = default;

    /// `name` stands in errors: "test.zone:3: ...".
    static Result<FixtureResolver> parse(std::string_view text, const std::string& name);
    static Result<FixtureResolver> read(const std::string& path);

    /// Names as Question has them. A name that cannot be one is a bug of the caller (BugError), and
    /// so is record text that parse_record_text() does not take.
    /// The least TTL given counts for all records of a name and type.
    FixtureResolver& add(std::string_view name, RecordType type, Record record,
                         std::chrono::seconds ttl = kFixtureTtl);
    FixtureResolver& add(std::string_view name, RecordType type, std::string_view text,
                         std::chrono::seconds ttl = kFixtureTtl);
    /// All there is of this type, in place of what was there.
    FixtureResolver& set(std::string_view name, RecordType type, FixtureEntry entry);
    /// The name is there without records of types not added.
    FixtureResolver& add_empty(std::string_view name);
    /// Questions of this type end so, whatever records there are. NoData and NxDomain are outcomes
    /// too.
    FixtureResolver& fail(std::string_view name, RecordType type, Outcome outcome);
    /// Questions of every type.
    FixtureResolver& fail(std::string_view name, Outcome outcome);
    /// Questions of types that are not added by themselves (TIMEOUT of the SPF test suite).
    FixtureResolver& fail_others(std::string_view name, Outcome outcome);
    /// Questions for this name, or an alias of it, take so long; at most up to the deadline, which
    /// then makes a Timeout.
    FixtureResolver& delay(std::string_view name, std::chrono::milliseconds by);
    /// All questions do.
    FixtureResolver& delay_all(std::chrono::milliseconds by);
    /// As zones have it: a name that only has names below it exists (NoData, RFC 4592 2.2.2). Off:
    /// what is not added does not exist, as in the JSON form.
    FixtureResolver& empty_non_terminals(bool exist);

    [[nodiscard]] std::vector<Answer> ask(std::span<const Question> questions,
                                          const Deadline& deadline) override;

    /// Questions asked so far, equal ones of one call once.
    [[nodiscard]] std::size_t asked() const noexcept { return *asked_; }
    /// The same of one question, however its name is spelled; only of the first 10000 different
    /// ones.
    [[nodiscard]] std::size_t asked(const Question& question) const;

private:
    struct Node {
        std::map<RecordType, FixtureEntry> own;
        std::map<RecordType, Outcome> failing;
        std::optional<Outcome> others, all;
        std::chrono::milliseconds delay{0};
        bool exists = false;
    };
    struct Found {
        Answer answer;
        std::chrono::milliseconds delay{0};
    };
    struct Counts;
    struct CountsFree {
        void operator()(Counts* counts) const noexcept;
    };

    Node& node(std::string_view name);
    Node& present(std::string_view name);
    [[nodiscard]] const Node* find(const std::string& key) const;
    [[nodiscard]] const Node* wildcard(const std::string& key) const;
    [[nodiscard]] std::optional<Name> renamed(const Name& name, bool& too_long) const;
    [[nodiscard]] Found look_up(const Question& question) const;
    [[nodiscard]] static std::optional<Answer> own_answer(const Node& node, RecordType type);
    void count(const Question& question);

    std::unordered_map<std::string, Node> nodes_; ///< by Name::key()
    std::unordered_set<std::string> parents_;     ///< keys of all names above names that exist
    std::chrono::milliseconds delay_all_{0};
    bool has_dnames_ = false;
    bool empty_non_terminals_ = false;
    std::unique_ptr<std::atomic<std::size_t>> asked_ =
        std::make_unique<std::atomic<std::size_t>>(0);
    std::unique_ptr<Counts, CountsFree> counts_ = make_counts();
    static std::unique_ptr<Counts, CountsFree> make_counts();
};

} // namespace postern::dns
