// From verdicts to what is done about the message: pure, one message at a time.
//
//     const Decision decision = decide(rules, {.dkim = verdicts, .authors = domains, .spf = &spf});
//     if (decision.action == Action::Reject) actions.set_reply(decision.code, ...);
#pragma once

#include "common/dkim/verdict.hpp"
#include "common/spf/verdict.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::verify {

/// What may be true of a message. Of the DKIM ones (to AuthorMismatch) at most one is, of the SPF
/// ones too.
enum class Condition : std::uint8_t {
    DkimFail,
    DkimPermError,
    DkimTempError,
    DkimNone,
    DkimPolicy,
    AuthorMismatch,
    SpfFail,
    SpfSoftFail,
    SpfPermError,
    SpfTempError,
};
inline constexpr std::size_t kConditions = 10;
/// "dkim-fail", "author-mismatch", "spf-softfail": with "on-" before it the name of its option.
std::string_view to_string(Condition condition) noexcept;

/// From the mildest to the strongest; of several the strongest is done.
enum class Action : std::uint8_t { Note, Tag, Quarantine, TempFail, Reject };

/// Which passing signatures count.
enum class AuthorMatch : std::uint8_t {
    Anybody,
    Related, ///< d= is the author's domain, above it or below it
    Strict,  ///< d= is the author's domain
};

struct PolicyRules {
    std::array<Action, kConditions> on{}; ///< by Condition
    AuthorMatch author_match = AuthorMatch::Anybody;
    bool dkim_excuses_spf = false;
    std::string reject_text = "{reason}"; ///< with {reason} and {conditions}
    bool explanation = false;             ///< the words of the sender's domain in the reply
};

/// What was found out about a message.
struct Evidence {
    std::span<const dkim::Verdict> dkim;
    /// Domains of From in A-labels; empty when there is no From that can be read in one way.
    std::span<const std::string> authors;
    const spf::Verdict* spf = nullptr; ///< the one that decides; null: SPF was not checked
};

struct Decision {
    std::vector<Condition> conditions; ///< that hold, in the order of the enumeration
    Action action = Action::Note;
    /// The reply to Reject and TempFail (RFC 7372): "550", "5.7.20", one line.
    std::string code, enhanced, text;
};

/// A passing signature settles DKIM, whatever others say. Otherwise the signature with most hope
/// speaks for the message: temperror before policy before fail before permerror. A signature whose
/// key is in testing mode is none (RFC 6376 3.6.1).
Decision decide(const PolicyRules& rules, const Evidence& evidence);

/// "dkim-fail, spf-softfail".
std::string to_text(std::span<const Condition> conditions);

} // namespace postern::verify
