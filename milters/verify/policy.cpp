#include "milters/verify/policy.hpp"

#include "common/base/domain.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <optional>

namespace postern::verify {
namespace {

constexpr std::array<std::string_view, kConditions> kNames{
    "dkim-fail",       "dkim-permerror", "dkim-temperror", "dkim-none",     "dkim-policy",
    "author-mismatch", "spf-fail",       "spf-softfail",   "spf-permerror", "spf-temperror"};

/// RFC 7372: the end of the enhanced code, and its words.
struct Reply {
    std::string_view subject_detail, words;
};
constexpr Reply kNoPassing{"7.20", "No passing DKIM signature found"};
constexpr std::array<Reply, kConditions> kReplies{{
    kNoPassing,                                               // dkim-fail
    kNoPassing,                                               // dkim-permerror
    kNoPassing,                                               // dkim-temperror
    kNoPassing,                                               // dkim-none
    {"7.21", "No acceptable DKIM signature found"},           // dkim-policy
    {"7.22", "No valid author-matched DKIM signature found"}, // author-mismatch
    {"7.23", "SPF validation failed"},                        // spf-fail
    {"7.23", "SPF validation failed"},                        // spf-softfail
    {"7.24", "SPF validation error"},                         // spf-permerror
    {"7.24", "SPF validation error"},                         // spf-temperror
}};
constexpr Reply kSeveral{"7.26", "Multiple authentication checks failed"};
/// RFC 6376 6.2 has words of its own for keys that cannot be had now.
constexpr Reply kNoKeyServer{"7.5", "Unable to verify signature - key server unavailable"};

bool matches(AuthorMatch rule, std::string_view signer, std::string_view author) {
    if (rule == AuthorMatch::Strict) return iequals(signer, author);
    return is_same_or_below(author, signer) || is_same_or_below(signer, author);
}

/// Has every author a signature of this status that speaks for it? Of anybody: is there one at all?
bool vouched(const PolicyRules& rules, const Evidence& evidence, dkim::Status status) {
    const auto speaks = [&](const dkim::Verdict& verdict, std::string_view author) {
        return verdict.status == status && !verdict.testing &&
               (author.empty() || matches(rules.author_match, verdict.domain, author));
    };
    const auto has = [&](std::string_view author) {
        return std::any_of(evidence.dkim.begin(), evidence.dkim.end(),
                           [&](const auto& verdict) { return speaks(verdict, author); });
    };
    if (rules.author_match == AuthorMatch::Anybody) return has({});
    return !evidence.authors.empty() &&
           std::all_of(evidence.authors.begin(), evidence.authors.end(), has);
}

std::optional<Condition> dkim_condition(const PolicyRules& rules, const Evidence& evidence) {
    using dkim::Status;
    if (vouched(rules, evidence, Status::Pass)) return std::nullopt;
    const auto any = [&](std::initializer_list<Status> wanted) {
        return std::any_of(evidence.dkim.begin(), evidence.dkim.end(), [&](const auto& verdict) {
            return !verdict.testing &&
                   std::find(wanted.begin(), wanted.end(), verdict.status) != wanted.end();
        });
    };
    if (any({Status::Pass})) // of somebody who does not count
        return vouched(rules, evidence, Status::TempError) ? Condition::DkimTempError
                                                           : Condition::AuthorMismatch;
    if (any({Status::TempError})) return Condition::DkimTempError;
    if (any({Status::Policy})) return Condition::DkimPolicy;
    if (any({Status::Fail})) return Condition::DkimFail;
    if (any({Status::PermError, Status::Neutral})) return Condition::DkimPermError;
    return Condition::DkimNone;
}

std::optional<Condition> spf_condition(spf::Status status) {
    switch (status) {
    case spf::Status::Fail:
        return Condition::SpfFail;
    case spf::Status::SoftFail:
        return Condition::SpfSoftFail;
    case spf::Status::PermError:
        return Condition::SpfPermError;
    case spf::Status::TempError:
        return Condition::SpfTempError;
    case spf::Status::None:
    case spf::Status::Neutral:
    case spf::Status::Pass:
        break;
    }
    return std::nullopt;
}

Action action_of(const PolicyRules& rules, Condition condition) {
    return rules.on[static_cast<std::size_t>(condition)];
}

std::string filled(std::string_view form, std::string_view reason, std::string_view conditions) {
    std::string text;
    while (!form.empty()) {
        if (form.starts_with("{reason}")) {
            text += reason;
            form.remove_prefix(std::string_view("{reason}").size());
        } else if (form.starts_with("{conditions}")) {
            text += conditions;
            form.remove_prefix(std::string_view("{conditions}").size());
        } else {
            text += form.front();
            form.remove_prefix(1);
        }
    }
    return text;
}

void reply(Decision& decision, const PolicyRules& rules, const Evidence& evidence) {
    std::vector<Condition> causes;
    std::copy_if(
        decision.conditions.begin(), decision.conditions.end(), std::back_inserter(causes),
        [&](Condition condition) { return action_of(rules, condition) == decision.action; });
    Reply said = kReplies[static_cast<std::size_t>(causes.front())];
    const bool later = decision.action == Action::TempFail;
    if (later && causes.front() == Condition::DkimTempError) said = kNoKeyServer;
    if (causes.size() > 1) said = kSeveral;
    decision.code = later ? "451" : "550";
    decision.enhanced = (later ? "4." : "5.") + std::string(said.subject_detail);
    decision.text = filled(rules.reject_text, said.words, to_text(causes));
    if (rules.explanation && causes.back() == Condition::SpfFail &&
        !evidence.spf->explanation.empty())
        decision.text += ". The domain " + evidence.spf->domain +
                         " explains: " + evidence.spf->explanation; // RFC 7208 6.2
}

} // namespace

std::string_view to_string(Condition condition) noexcept {
    return kNames[static_cast<std::size_t>(condition)];
}

std::string to_text(std::span<const Condition> conditions) {
    std::string text;
    for (const Condition condition : conditions) {
        if (!text.empty()) text += ", ";
        text += to_string(condition);
    }
    return text;
}

Decision decide(const PolicyRules& rules, const Evidence& evidence) {
    Decision decision;
    const auto dkim = dkim_condition(rules, evidence);
    if (dkim) decision.conditions.push_back(*dkim);
    if (evidence.spf != nullptr && (dkim || !rules.dkim_excuses_spf))
        if (const auto spf = spf_condition(evidence.spf->status))
            decision.conditions.push_back(*spf);
    for (const Condition condition : decision.conditions)
        decision.action = std::max(decision.action, action_of(rules, condition));
    if (decision.action >= Action::TempFail) reply(decision, rules, evidence);
    return decision;
}

} // namespace postern::verify
