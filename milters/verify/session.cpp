#include "milters/verify/session.hpp"

#include "common/authres/field.hpp"
#include "common/base/domain.hpp"
#include "common/base/text.hpp"
#include "common/dns/message_resolver.hpp"
#include "common/message/address.hpp"
#include "common/spf/received_spf.hpp"
#include "milters/verify/report.hpp"
#include "milters/verify/results.hpp"

#include <algorithm>
#include <utility>

namespace postern::verify {

using milter::Actions;
using milter::Answer;

namespace {

/// In A-labels where that can be done, else as it is.
std::string comparable(std::string_view domain) {
    return to_a_labels(domain).value_or(std::string(domain));
}

} // namespace

/// What came out of one message.
struct VerifySession::Outcome {
    Subject subject;
    Findings findings;
    Decision decision;
    std::vector<authres::Removal> removals;
    std::string authserv_id;
    std::size_t questions = 0;
    bool questions_exhausted = false;
};

VerifySession::VerifySession(ConfigSource config, dkim::KeyCache* keys, const Clock& clock,
                             Log& log)
    : config_(std::move(config)), keys_(keys), clock_(clock), log_(log) {}

Answer VerifySession::connect(const milter::ConnectInfo& client, Actions& /*actions*/) {
    client_ = milter::Client(client);
    helo_.clear();
    message_.reset();
    return Answer::Continue;
}

Answer VerifySession::helo(std::string_view name, Actions& /*actions*/) {
    helo_ = name; // the last one counts: EHLO comes again after STARTTLS
    return Answer::Continue;
}

Answer VerifySession::mail(std::string_view sender, std::span<const std::string_view> /*args*/,
                           Actions& actions) {
    Transaction& message = message_.emplace();
    message.config = config_();
    const Config& config = *message.config;
    message.began = clock_.steady();
    message.sender = sender;
    message.mta_name = actions.macro("j");
    message.header = milter::CollectedHeader(config.header_limits);
    message.forged = ForgedFields(config.remove_received_spf, config.remove_headers);

    // Accept, not Continue: Postfix then sends nothing more of a message that is not checked.
    if (config.internal_hosts.contains(client_.name, client_.address))
        return skip(message, "internal-hosts");
    if (!actions.macro("{auth_type}").empty()) {
        message.login = actions.macro("{auth_authen}");
        if (config.skip_logins) return skip(message, "login");
    }
    return Answer::Continue;
}

Answer VerifySession::header(std::string_view name, std::string_view value, Actions& /*actions*/) {
    if (!message_) return Answer::Continue; // no reply is expected here; the end will say it
    message_->header.add(name, value);
    if (!message_->header.over_limit().empty()) message_->forged.unread(name);
    return Answer::Continue;
}

void VerifySession::end_header(Transaction& message) const {
    if (message.header_ended) return;
    message.header_ended = true;
    const Config& config = *message.config;
    const message::HeaderBlock& headers = message.header.fields();
    if (headers.count("From") == 1) {
        const auto mailboxes = message::parse_from(headers[headers.find("From")].value);
        if (mailboxes) {
            message.from = mailboxes->front().local_part + "@" + mailboxes->front().domain;
            for (const message::Mailbox& author : *mailboxes)
                message.authors.push_back(comparable(author.domain));
            std::sort(message.authors.begin(), message.authors.end());
            message.authors.erase(std::unique(message.authors.begin(), message.authors.end()),
                                  message.authors.end());
        }
    }
    if (!message.header.over_limit().empty()) return;
    dkim::VerifyOptions options = config.dkim;
    options.now = config.time.value_or(clock_.unix_time());
    options.authors = message.authors;
    message.verifier.emplace(headers, std::move(options), keys_);
}

Answer VerifySession::body(std::string_view chunk, Actions& /*actions*/) {
    if (!message_) return Answer::Continue;
    end_header(*message_);
    if (!message_->verifier || !message_->verifier->wants_body()) return Answer::Skip;
    message_->verifier->body(chunk);
    return Answer::Continue;
}

Subject VerifySession::subject_of(const Transaction& message) const {
    Subject subject{.client = client_.address,
                    .client_name = client_.has_name() ? client_.name : std::string(),
                    .helo = helo_,
                    .sender = {},
                    .legible = true,
                    .receiver =
                        message.mta_name.empty() ? message.config->host_name : message.mta_name};
    const auto path = message::parse_path(message.sender);
    subject.legible = path.has_value() && (path->is_null() || !path->domain.empty());
    if (!subject.legible)
        subject.sender = message.sender;
    else if (!path->is_null())
        subject.sender = path->local_part + "@" + comparable(path->domain);
    return subject;
}

VerifySession::Outcome VerifySession::judge(Transaction& message, Actions& actions) const {
    const Config& config = *message.config;
    Outcome outcome;
    outcome.subject = subject_of(message);
    outcome.authserv_id =
        config.authserv_id.empty() ? outcome.subject.receiver : config.authserv_id;
    std::vector<std::string> ids = config.further_ids;
    ids.push_back(outcome.authserv_id);
    ids.push_back(outcome.subject.receiver);
    outcome.removals = message.forged.removals(message.header.fields(), std::move(ids));

    bool told = true;
    const auto progress = [&] {
        if (!told) return;
        try {
            actions.progress();
        } catch (...) { // the MTA is gone; the edits will say so
            told = false;
        }
    };
    const dns::Deadline deadline{.at = clock_.steady() + config.timeout,
                                 .waiting = progress,
                                 .before_waiting = [&] { actions.before_waiting(); }};
    dns::MessageResolver lookups(*config.resolver, {.questions = config.max_questions});
    outcome.findings = check(outcome.subject, {.spf = config.spf.get(), .iprev = config.iprev},
                             message.verifier ? &*message.verifier : nullptr, lookups, deadline);
    if (!message.verifier) {
        dkim::Verdict unread;
        unread.status = dkim::Status::Policy;
        unread.reason = message.header.over_limit();
        outcome.findings.dkim.push_back(std::move(unread));
    }
    outcome.questions = lookups.asked();
    outcome.questions_exhausted = lookups.exhausted();
    outcome.decision = decide(
        config.policy,
        {.dkim = outcome.findings.dkim, .authors = message.authors, .spf = outcome.findings.spf()});
    if (outcome.removals.size() > kMaxRemovals) {
        outcome.decision.action = Action::Reject;
        outcome.decision.code = "550";
        outcome.decision.enhanced = "5.7.0";
        outcome.decision.text = "Too many header fields that claim to be ours";
    }
    return outcome;
}

void VerifySession::write_results(const Transaction& message, const Outcome& outcome,
                                  Actions& actions) const {
    const Config& config = *message.config;
    for (const authres::Removal& removal : outcome.removals)
        actions.change_header(removal.name, removal.index, {});
    // Each goes above the one before: Authentication-Results ends up on top.
    if (const spf::Verdict* spf = outcome.findings.spf(); config.received_spf && spf != nullptr)
        actions.insert_header(
            0, "Received-SPF",
            spf::format_received_spf(spf_query(outcome.subject, spf->identity), *spf));
    const Action action = outcome.decision.action;
    if (action == Action::Tag || action == Action::Quarantine)
        actions.insert_header(0, config.tag_header, " " + to_text(outcome.decision.conditions));
    const authres::Field field = make_results(outcome.findings, outcome.subject,
                                              {.authserv_id = outcome.authserv_id,
                                               .login = message.login,
                                               .signatures = config.dkim.limits.signatures});
    actions.insert_header(0, "Authentication-Results", authres::format(field));
    if (action == Action::Quarantine) actions.quarantine(to_text(outcome.decision.conditions));
}

Answer VerifySession::end_of_message(Actions& actions) {
    if (!message_) {
        failed("end of message without a message");
        return Answer::TempFail;
    }
    Transaction& message = *message_;
    message.queue_id = actions.macro("i");
    end_header(message);
    const Outcome outcome = judge(message, actions);
    Answer answer = Answer::Continue;
    if (outcome.decision.action >= Action::TempFail) {
        actions.set_reply(outcome.decision.code, outcome.decision.enhanced, outcome.decision.text);
        answer = outcome.decision.action == Action::Reject ? Answer::Reject : Answer::TempFail;
    } else {
        write_results(message, outcome, actions);
    }
    log_outcome(message, outcome);
    message_.reset();
    return answer;
}

void VerifySession::abort() noexcept { message_.reset(); }

void VerifySession::failed(std::string_view what) noexcept {
    try {
        LogLine broken = message_ ? line(*message_, "tempfail") : LogLine();
        if (!message_) broken.add("action", "tempfail").add("client", client_.text());
        log_.error(broken.add("why", what).text());
    } catch (...) { // out of memory while saying so
        log_.error("action=tempfail why=\"out of memory\"");
    }
    message_.reset();
}

LogLine VerifySession::line(const Transaction& message, std::string_view action) const {
    LogLine line(message.queue_id);
    line.add("action", action);
    return line;
}

void VerifySession::log_outcome(const Transaction& message, const Outcome& outcome) const {
    LogLine done = line(message, action_word(outcome.decision.action));
    add_findings(done, outcome.findings, message.config->dkim.limits.signatures);
    if (!outcome.decision.conditions.empty())
        done.add("conditions", to_text(outcome.decision.conditions));
    if (!outcome.removals.empty()) done.add("removed", outcome.removals.size());
    std::string why = reasons(outcome.findings, message.config->dkim.limits.signatures);
    if (outcome.questions_exhausted)
        why += (why.empty() ? "" : "; ") + std::string("max-questions met");
    if (outcome.removals.size() > kMaxRemovals)
        why = "too many fields to remove" + (why.empty() ? why : "; " + why);
    if (!why.empty()) done.add("why", why);
    if (!message.from.empty()) done.add("from", "<" + message.from + ">");
    done.add("sender", "<" + message.sender + ">").add("client", client_.text()).add("helo", helo_);
    if (!message.login.empty()) done.add("login", message.login);
    done.add("questions", outcome.questions);
    const std::chrono::duration<double, std::milli> took = clock_.steady() - message.began;
    log_.info(done.add_ms("ms", took.count()).text());
}

Answer VerifySession::skip(Transaction& message, std::string_view why) {
    LogLine skipped = line(message, "skipped");
    skipped.add("why", why).add("sender", "<" + message.sender + ">").add("client", client_.text());
    if (!message.login.empty()) skipped.add("login", message.login);
    log_.info(skipped.text());
    message_.reset();
    return Answer::Accept;
}

} // namespace postern::verify
