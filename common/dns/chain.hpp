// From the name asked for along its aliases (CNAME, DNAME) to the records, or to the certainty that
// there are none. What a reply says apart from this chain is never looked at.
//
//     dns::Chain chain(name, RecordType::TXT);
//     while (true) {
//         const Reply reply = exchange(chain.name(), RecordType::TXT);
//         switch (chain.read(reply)) { ... }
//     }
#pragma once

#include "common/dns/name.hpp"
#include "common/dns/resolver.hpp"
#include "common/dns/wire.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace postern::dns {

/// Of one question; lives as long as the exchanges it takes. Whoever may have to ask another server
/// reads each reply into a copy.
class Chain {
public:
    /// Aliases one question is followed through; resolvers stop at 8 to 16 themselves.
    static constexpr unsigned kMaxAliases = 16;
    /// Further questions, for aliases whose target the reply did not show.
    static constexpr unsigned kMaxFurther = 8;

    Chain(Name name, RecordType type) : name_(std::move(name)), type_(type) {}

    enum class Step : std::uint8_t {
        Done,      ///< answer() is complete
        AskFor,    ///< name() has to be asked for next
        BadServer, ///< this server cannot help; another may. why() says how; forget this object
    };
    /// A reply to the question for name(). Records of a section in any order; work is bounded by
    /// kMaxAliases times their number.
    Step read(const Reply& reply, bool trust_ad);

    /// What is to be asked for now.
    [[nodiscard]] const Name& name() const noexcept { return name_; }
    [[nodiscard]] RecordType type() const noexcept { return type_; }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }
    /// After Done. The TTL is the smallest on the way (of a "no": RFC 2308 5).
    [[nodiscard]] Answer& answer() noexcept { return answer_; }

private:
    Step read_end(const Reply& reply, bool followed);
    bool take_records(const Reply& reply);
    Step give_up(std::string why);
    void limit_ttl(std::uint32_t seconds);

    Name name_;
    RecordType type_;
    std::vector<Name> passed_; ///< names that were aliases
    unsigned further_ = 0;
    std::chrono::seconds ttl_ = std::chrono::seconds::max();
    bool authenticated_ = true; ///< every reply so far was
    std::string why_;
    Answer answer_;
};

} // namespace postern::dns
