#include "common/spf/check_host.hpp"

#include "common/base/domain.hpp"
#include "common/base/text.hpp"
#include "common/spf/evaluator.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace postern::spf {

using dns::Answer;
using dns::Outcome;
using dns::RecordType;

namespace {

/// RFC 7208 4.6.4: a name that does not exist or has no such records.
bool is_void(const Answer& answer) noexcept {
    return answer.outcome == Outcome::NxDomain || answer.outcome == Outcome::NoData;
}

HostResult result(Status status, std::string problem) {
    return {.status = status, .problem = std::move(problem)};
}

} // namespace

Verdict CheckHost::run() {
    HostResult found = evaluate(context_.subject.domain, Scope::Initial);
    if (late_) found = result(Status::TempError, "the time limit was met");
    return {.status = found.status,
            .identity = context_.query.identity,
            .domain = context_.subject.domain,
            .mechanism = std::move(found.mechanism),
            .explanation = std::move(found.explanation),
            .problem = std::move(found.problem),
            .lookups = lookups_,
            .void_lookups = void_lookups_};
}

HostResult CheckHost::evaluate(const std::string& domain, Scope scope) {
    if (!is_domain_name(domain) || domain.find('.') == std::string::npos)
        return result(Status::None, "not a domain name: \"" + printable(domain) + "\"");
    const Answer* answer = context_.answers.find(domain, RecordType::TXT);
    if (answer == nullptr) return {.known = false};
    if (answer->is_failure())
        return result(Status::TempError, describe({domain, RecordType::TXT}, *answer));
    const Selection selected = select_record(*answer);
    if (selected.what == Selected::Several)
        return result(Status::PermError, printable(domain) + " has several SPF records");
    if (selected.what == Selected::None)
        return result(Status::None, printable(domain) + (answer->outcome == Outcome::NxDomain
                                                             ? " does not exist"
                                                             : " has no SPF record"));
    if (selected.text.size() > context_.limits.record_octets)
        return result(Status::PermError, "the record of " + printable(domain) + " is too long");
    auto record = context_.parsed.find(answer);
    if (record == context_.parsed.end())
        record = context_.parsed.emplace(answer, Record::parse(selected.text)).first;
    step(printable(domain) + ": " + printable(selected.text, 1000));
    if (!record->second)
        return result(Status::PermError,
                      "the record of " + printable(domain) + ": " + record->second.error().message);
    ++depth_;
    HostResult found = evaluate_record(*record->second, domain, scope);
    --depth_;
    return found;
}

HostResult CheckHost::evaluate_record(const Record& record, const std::string& domain,
                                      Scope scope) {
    MacroValues values = macro_values(context_.query, context_.subject, domain, context_.unix_time);
    const Decision decision = decide(record, values);
    if (decision.match == Match::TempError || decision.match == Match::PermError)
        return result(decision.match == Match::TempError ? Status::TempError : Status::PermError,
                      std::exchange(problem_, {}));
    if (decision.match == Match::Yes) {
        HostResult found{.status = decision.status,
                         .mechanism = std::string(record.text_of(*decision.directive))};
        if (found.status == Status::Fail && scope != Scope::Include)
            found.explanation = explain(record, values);
        return found;
    }
    if (record.redirect) return redirect(record, values);
    step("nothing matched: neutral");
    return {.status = Status::Neutral, .mechanism = "default"};
}

HostResult CheckHost::redirect(const Record& record, MacroValues& values) {
    const std::string term = "redirect=" + printable(record.redirect->text());
    if (!count_lookup()) return result(Status::PermError, std::exchange(problem_, {}));
    guessed_ = false;
    const auto target = expand(*record.redirect, values);
    if (!target && guessed_) return {.known = false};
    if (!target) {
        // RFC 8616 4: what cannot match anything leads nowhere.
        step(term + ": the local part is not ASCII: neutral");
        return {.status = Status::Neutral, .mechanism = "default"};
    }
    Match state = Match::No;
    const Answer* answer = lookup(*target, RecordType::TXT, state);
    if (answer == nullptr && state == Match::No) return {.known = false};
    if (answer == nullptr)
        return result(state == Match::TempError ? Status::TempError : Status::PermError,
                      std::exchange(problem_, {}));
    step(term + ": on to " + printable(*target));
    HostResult found = evaluate(*target, Scope::Redirect);
    if (found.status == Status::None) found.status = Status::PermError; // RFC 7208 6.1
    return found;
}

CheckHost::Decision CheckHost::decide(const Record& record, MacroValues& values) {
    for (const Directive& directive : record.directives) {
        const Match matched = match(record, directive, values);
        if (matched != Match::No)
            return {.match = matched, .directive = &directive, .status = directive.qualifier};
    }
    return {};
}

CheckHost::Match CheckHost::match(const Record& record, const Directive& directive,
                                  MacroValues& values) {
    if (!directive.asks()) {
        const bool yes =
            directive.mechanism == Mechanism::All || directive.contains(context_.query.client);
        tell(record, directive, yes ? "match" : "no match");
        return yes ? Match::Yes : Match::No;
    }
    Match matched = Match::No;
    const auto target = begin_term(directive, values, matched);
    if (!target) {
        tell(record, directive, matched == Match::No ? no_target() : problem_);
        return matched;
    }
    if (directive.mechanism == Mechanism::A)
        matched = match_address(directive, *target);
    else if (directive.mechanism == Mechanism::Mx)
        matched = match_mx(directive, *target);
    else if (directive.mechanism == Mechanism::Ptr)
        matched = match_ptr(*target);
    else if (directive.mechanism == Mechanism::Exists)
        matched = match_exists(*target);
    else
        matched = match_include(*target);
    tell(record, directive,
         matched == Match::Yes  ? "match"
         : matched == Match::No ? "no match"
                                : std::string_view(problem_));
    return matched;
}

std::optional<std::string> CheckHost::begin_term(const Directive& directive, MacroValues& values,
                                                 Match& match) {
    if (!count_lookup()) {
        match = Match::PermError;
        return std::nullopt;
    }
    guessed_ = false;
    return directive.target ? expand(*directive.target, values) : values.domain;
}

std::string_view CheckHost::no_target() const noexcept {
    return guessed_ ? "not known yet" : "no match, the local part is not ASCII";
}

CheckHost::Match CheckHost::match_address(const Directive& directive, const std::string& target) {
    Match state = Match::No;
    const Answer* answer = lookup(target, address_type(), state);
    if (answer == nullptr) return state;
    for (const dns::Record& found : answer->records)
        if (found.address && directive.matches(*found.address, context_.query.client))
            return Match::Yes;
    return Match::No;
}

CheckHost::Match CheckHost::match_mx(const Directive& directive, const std::string& target) {
    Match state = Match::No;
    const Answer* hosts = mx_hosts(target, state);
    if (hosts == nullptr) return state;
    for (const dns::Record& host : hosts->records) {
        const Answer* answer = mx_addresses(host.text, state);
        if (state != Match::No) return state;
        if (answer == nullptr) continue;
        for (const dns::Record& found : answer->records)
            if (found.address && directive.matches(*found.address, context_.query.client))
                return Match::Yes;
    }
    return Match::No;
}

const Answer* CheckHost::mx_hosts(const std::string& target, Match& match) {
    const Answer* hosts = lookup(target, RecordType::MX, match);
    if (hosts == nullptr || hosts->records.size() <= context_.limits.names) return hosts;
    match = permanent(printable(target) + " has more than " +
                      std::to_string(context_.limits.names) + " MX hosts");
    return nullptr;
}

const Answer* CheckHost::mx_addresses(const std::string& host, Match& match) {
    const Answer* answer = context_.answers.find_escaped(host, address_type());
    if (answer == nullptr || !answer->is_failure()) return answer;
    match = temporary(describe({host, address_type()}, *answer));
    return nullptr;
}

CheckHost::Match CheckHost::match_ptr(const std::string& target) {
    Match state = Match::No;
    for (const std::string& name : ptr_names(target, state)) {
        const Answer* answer = name_addresses(name);
        if (answer != nullptr && has_client(*answer)) return Match::Yes;
    }
    return state;
}

std::vector<std::string> CheckHost::ptr_names(const std::string& target, Match& match) {
    const std::string reverse = reverse_name(context_.query.client);
    const Answer* answer = context_.answers.find(reverse, RecordType::PTR);
    if (answer == nullptr) return {};
    if (answer->is_failure()) { // RFC 7208 5.5: no match
        late_ = late_ || context_.answers.expired();
        return {};
    }
    if (lookup(reverse, RecordType::PTR, match) == nullptr) return {};
    std::vector<std::string> names = client_names(*answer);
    std::erase_if(names, [&](const auto& name) { // not worth a question
        return !is_same_or_below(name, target);
    });
    return names;
}

const Answer* CheckHost::name_addresses(const std::string& name) {
    const Answer* answer = context_.answers.find_escaped(name, address_type());
    late_ = late_ || (answer != nullptr && answer->is_failure() && context_.answers.expired());
    return answer;
}

CheckHost::Match CheckHost::match_exists(const std::string& target) {
    Match state = Match::No;
    const Answer* answer = lookup(target, RecordType::A, state);
    return answer != nullptr && !answer->records.empty() ? Match::Yes : state;
}

CheckHost::Match CheckHost::match_include(const std::string& target) {
    Match state = Match::No;
    if (lookup(target, RecordType::TXT, state) == nullptr) return state;
    HostResult found = evaluate(target, Scope::Include);
    if (!found.known) return Match::No;
    switch (found.status) { // the table of RFC 7208 5.2
    case Status::Pass:
        return Match::Yes;
    case Status::Fail:
    case Status::SoftFail:
    case Status::Neutral:
        return Match::No;
    case Status::TempError:
        return temporary(std::move(found.problem));
    case Status::PermError:
    case Status::None:
        break;
    }
    return permanent(std::move(found.problem));
}

std::optional<std::string> CheckHost::expand(const MacroString& target, MacroValues& values) {
    if (!context_.subject.is_local_ascii() && target.uses("sl")) return std::nullopt;
    if (target.uses("p")) {
        auto name = validated_name(values.domain);
        if (!name) {
            guessed_ = true;
            return std::nullopt;
        }
        values.validated = std::move(*name);
    }
    return target.expand_domain(values);
}

std::optional<std::string> CheckHost::validated_name(const std::string& domain) {
    const std::string nobody = "unknown";
    const Answer* answer =
        context_.answers.find(reverse_name(context_.query.client), RecordType::PTR);
    if (answer == nullptr) return std::nullopt;
    late_ = late_ || (answer->is_failure() && context_.answers.expired());
    std::vector<std::string> names = client_names(*answer);
    // RFC 7208 7.3: rather the domain itself, then what is below it, then any.
    const auto rank = [&](const std::string& name) {
        return iequals(name, domain) ? 0 : is_same_or_below(name, domain) ? 1 : 2;
    };
    std::stable_sort(names.begin(), names.end(),
                     [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    bool known = true;
    for (const std::string& name : names) {
        const Answer* addresses = name_addresses(name);
        known = known && addresses != nullptr;
        if (addresses == nullptr) continue;
        if (has_client(*addresses)) return known ? std::optional(name) : std::nullopt;
    }
    return known ? std::optional(nobody) : std::nullopt;
}

/// The PTR names that count: the first ten (RFC 7208 4.6.4), of them those that a host can have.
/// An escaped dot would otherwise look like the end of a label.
std::vector<std::string> CheckHost::client_names(const Answer& answer) const {
    std::vector<std::string> names;
    const std::size_t count = std::min<std::size_t>(answer.records.size(), context_.limits.names);
    for (std::size_t i = 0; i < count; ++i)
        if (is_domain_name(answer.records[i].text) &&
            answer.records[i].text.find('\\') == std::string::npos)
            names.push_back(answer.records[i].text);
    return names;
}

std::string CheckHost::explain(const Record& record, MacroValues& values) {
    // Asked only when the fail is certain: most mail never comes to it.
    if (!record.explanation || context_.answers.is_wanting()) return {};
    const bool late = late_; // without an explanation it is still a fail
    std::string text;
    if (const auto target = expand(*record.explanation, values)) {
        const Answer* answer = context_.answers.find(*target, RecordType::TXT);
        if (answer != nullptr && answer->records.size() == 1) {
            const std::string& source = answer->records.front().text;
            const auto macros = MacroString::parse(source, MacroUse::Explanation);
            const auto name = macros && macros->uses("p") ? validated_name(values.domain)
                                                          : std::optional<std::string>("unknown");
            if (name) {
                values.validated = *name;
                text = explanation_of(source, values);
            }
        }
        step("exp=" + printable(record.explanation->text()) + ": TXT " + printable(*target) +
             (text.empty() ? ": no explanation" : ": \"" + text + "\""));
    }
    late_ = late;
    return text;
}

bool CheckHost::count_lookup() {
    if (lookups_ == context_.limits.lookups) {
        permanent("more than " + std::to_string(context_.limits.lookups) + " terms that ask DNS");
        return false;
    }
    ++lookups_;
    return true;
}

const Answer* CheckHost::lookup(const std::string& name, RecordType type, Match& match) {
    const Answer* answer = context_.answers.find(name, type);
    if (answer == nullptr) return nullptr;
    if (answer->is_failure()) {
        match = temporary(describe({name, type}, *answer));
        return nullptr;
    }
    if (is_void(*answer) && ++void_lookups_ > context_.limits.void_lookups) {
        match = permanent("more than " + std::to_string(context_.limits.void_lookups) +
                          " terms that DNS has nothing for");
        return nullptr;
    }
    return answer;
}

CheckHost::Match CheckHost::temporary(std::string what) {
    problem_ = std::move(what);
    return Match::TempError;
}

CheckHost::Match CheckHost::permanent(std::string what) {
    problem_ = std::move(what);
    return Match::PermError;
}

bool CheckHost::has_client(const Answer& answer) const {
    return std::any_of(answer.records.begin(), answer.records.end(),
                       [&](const auto& record) { return record.address == context_.query.client; });
}

RecordType CheckHost::address_type() const noexcept {
    return context_.query.client.is_v4() ? RecordType::A : RecordType::AAAA;
}

void CheckHost::tell(const Record& record, const Directive& directive, std::string_view what) {
    if (context_.query.trace)
        step(std::string(record.text_of(directive)) + ": " + std::string(what));
}

void CheckHost::step(std::string text) {
    if (context_.query.trace) steps_.push_back(std::string(2 * depth_, ' ') + std::move(text));
}

} // namespace postern::spf
