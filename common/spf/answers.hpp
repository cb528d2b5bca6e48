// Everything DNS told during one check: no question is asked twice, and all that are wanted at a
// time are asked at once.
//
//     Answers answers(resolver, deadline);
//     do {
//         verdict = evaluate(answers);         // find() of what is not known yet notes it
//     } while (answers.ask_wanted());          // ... and here it is asked
//
// A question that was noted first in an evaluation is needed: everything before it was known. The
// others of a round are asked ahead of their turn, kAskedAhead of them at most in a check.
#pragma once

#include "common/dns/resolver.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::spf {

/// One thread at a time; for one check.
class Answers {
public:
    /// How many questions may be asked that a sequential evaluation might not have come to.
    static constexpr std::size_t kAskedAhead = 64;

    using Trace = std::function<void(std::string_view)>;
    /// All that is given must outlive it. `trace` is told what is asked and answered; may be empty.
    Answers(dns::Resolver& resolver, const dns::Deadline& deadline, const Trace& trace)
        : resolver_(resolver), deadline_(deadline), trace_(trace) {}

    /// The answer; nullptr if it is not known yet, and then it is wanted. `name` is as macros or
    /// records have it, unescaped; one that cannot be asked does not exist (NxDomain). The answer
    /// stays where it is.
    const dns::Answer* find(std::string_view name, dns::RecordType type);
    /// The same for a name out of an answer, escaped as the seam has it.
    const dns::Answer* find_escaped(std::string_view name, dns::RecordType type);

    /// Is an evaluation incomplete for want of answers?
    [[nodiscard]] bool is_wanting() const noexcept { return !wanted_.empty(); }
    /// Asks what is wanted, all at once; false if there was nothing or no time.
    bool ask_wanted();
    /// The deadline is past.
    [[nodiscard]] bool expired() const noexcept { return expired_; }
    /// Questions asked so far.
    [[nodiscard]] std::size_t asked() const noexcept { return known_.size(); }

private:
    using Key = std::pair<std::string, dns::RecordType>; ///< the name in lower case
    const dns::Answer* find_key(Key key);

    dns::Resolver& resolver_;
    const dns::Deadline& deadline_;
    const Trace& trace_;
    std::map<Key, dns::Answer> known_;
    std::vector<dns::Question> wanted_; ///< in the order of need, each once
    std::size_t ahead_ = 0;
    bool expired_ = false;
};

/// "A mail.example.org: 192.0.2.1, 192.0.2.2", "TXT example.org: nxdomain"; printable ASCII.
std::string describe(const dns::Question& question, const dns::Answer& answer);

} // namespace postern::spf
