#include "milters/sign/session.hpp"

#include "common/base/domain.hpp"
#include "common/base/host_name.hpp"
#include "common/base/text.hpp"
#include "milters/sign/fragile.hpp"

#include <algorithm>
#include <utility>

namespace postern::sign {

using milter::Actions;
using milter::Answer;

SignSession::SignSession(ConfigSource config, const Clock& clock, Log& log)
    : config_(std::move(config)), clock_(clock), log_(log) {}

Answer SignSession::connect(const milter::ConnectInfo& client, Actions& /*actions*/) {
    client_ = milter::Client(client);
    message_.reset();
    return Answer::Continue;
}

Answer SignSession::mail(std::string_view sender, std::span<const std::string_view> /*args*/,
                         Actions& actions) {
    Transaction& message = message_.emplace();
    message.config = config_();
    message.header = milter::CollectedHeader(message.config->header_limits);
    message.began = clock_.steady();
    message.sender = sender;
    message.login = actions.macro("{auth_authen}");
    message.authenticated = !actions.macro("{auth_type}").empty();
    message.queue_id = actions.macro("i"); // known here only for mail that did not come by SMTP

    const Origin origin = judge_origin(
        message.config->origin,
        {.client_name = client_.name,
         .client = client_.address,
         .auth_type = actions.macro("{auth_type}"),
         .non_smtp = client_.is_local_submission(),
         .macro = [&](const std::string& name) { return actions.macro(name.c_str()); }});
    // Accept, not Continue: Postfix then sends nothing more of a message that is not ours to sign.
    if (!origin.trusted) return skip(message, origin.why);
    message.origin = origin.why;
    return Answer::Continue;
}

Answer SignSession::header(std::string_view name, std::string_view value, Actions& /*actions*/) {
    if (!message_) return Answer::Continue; // no reply is expected here; end of headers will say it
    message_->header.add(name, value);
    return Answer::Continue;
}

Answer SignSession::end_of_headers(Actions& actions) {
    if (!message_) {
        failed("end of headers without a message");
        return Answer::TempFail;
    }
    Transaction& message = *message_;
    message.queue_id = actions.macro("i");
    const message::HeaderBlock& headers = message.header.fields();
    if (!message.header.over_limit().empty()) return skip(message, message.header.over_limit());

    const std::size_t authors = headers.count("From");
    if (authors == 0) return skip(message, "no From field");
    if (authors > 1) return skip(message, "several From fields");
    const auto mailboxes = message::parse_from(headers[headers.find("From")].value);
    if (!mailboxes) return skip(message, "From: " + mailboxes.error().message);
    // The first author decides, as OpenDKIM does it.
    const message::Mailbox& author = mailboxes->front();
    message.from = author.local_part + "@" + author.domain;

    if (const Answer answer = check_login(message, *mailboxes, actions); answer != Answer::Continue)
        return answer;

    Selection selection = message.config->keys->select(author);
    if (selection.broken) return tempfail(message, selection.why, actions);
    if (selection.keys.empty()) return skip(message, selection.why);

    std::vector<dkim::SigningIdentity> identities;
    identities.reserve(selection.keys.size());
    for (KeyChoice& choice : selection.keys) {
        identities.push_back({.domain = std::move(choice.domain),
                              .selector = std::move(choice.selector),
                              .identity = std::move(choice.identity),
                              .key = std::move(choice.key)});
        message.signed_as.push_back(identities.back().selector + "._domainkey." +
                                    identities.back().domain);
    }
    if (message.config->remove_results) drop_forged_results(message, actions);
    message.signer.emplace(std::move(identities), message.config->signing, clock_.unix_time());
    return Answer::Continue;
}

void SignSession::drop_forged_results(Transaction& message, const Actions& actions) {
    const message::HeaderBlock& headers = message.header.fields();
    if (headers.count("Authentication-Results") + headers.count("Received-SPF") == 0) return;
    std::vector<std::string> ids = message.config->authserv_ids;
    const std::string_view mta = actions.macro("j"); // as Postfix calls itself
    ids.push_back(mta.empty() ? host_name() : std::string(mta));
    message.removals = authres::Scrubber({.authserv_ids = std::move(ids)}).removals(headers);
    if (!message.removals.empty())
        message.without_removed = authres::without(headers, message.removals);
}

Answer SignSession::check_login(Transaction& message, std::span<const message::Mailbox> authors,
                                Actions& actions) {
    const Config& config = *message.config;
    if (config.login_guard == LoginGuard::Off || !message.authenticated) return Answer::Continue;
    const bool owned = std::all_of(authors.begin(), authors.end(), [&](const auto& author) {
        return config.logins->check(message.login, author.local_part, author.domain) ==
               Ownership::Owned;
    });
    if (owned) return Answer::Continue;
    message.login_mismatch = true;
    switch (config.login_guard) {
    case LoginGuard::Off:
    case LoginGuard::Log:
        break;
    case LoginGuard::NoSignature:
        return skip(message, "From does not belong to the login");
    case LoginGuard::Reject: {
        actions.set_reply("553", "5.7.1",
                          "<" + message.from + ">: From address rejected: not owned by user " +
                              message.login);
        LogLine refused = line(message, "rejected");
        refused.add("why", "From does not belong to the login");
        log_done(refused, message);
        message_.reset();
        return Answer::Reject;
    }
    }
    return Answer::Continue;
}

Answer SignSession::body(std::string_view chunk, Actions& /*actions*/) {
    if (!message_ || !message_->signer) return Answer::Continue;
    // In pieces that stay in the first-level cache while they are looked at three times: by the
    // survey, the canonicalization and the hash.
    constexpr std::size_t kPiece = std::size_t{16} * 1024;
    for (; !chunk.empty(); chunk.remove_prefix(std::min(kPiece, chunk.size()))) {
        const std::string_view piece = chunk.substr(0, kPiece);
        message_->survey.update(piece);
        message_->signer->body(piece);
    }
    return Answer::Continue;
}

Answer SignSession::end_of_message(Actions& actions) {
    if (!message_ || !message_->signer) {
        failed("end of message without a message");
        return Answer::TempFail;
    }
    Transaction& message = *message_;
    message.survey.finish();
    // The signature is for the message as it goes on.
    const message::HeaderBlock& headers =
        message.without_removed ? *message.without_removed : message.header.fields();
    const auto signatures = message.signer->finish(headers);
    if (!signatures) return tempfail(message, signatures.error().message, actions);

    std::vector<std::string> domains, selectors, algorithms;
    for (const dkim::SignedField& signature : *signatures) {
        if (std::find(domains.begin(), domains.end(), signature.domain) == domains.end())
            domains.push_back(signature.domain);
        selectors.push_back(signature.selector);
        algorithms.emplace_back(signature.algorithm);
    }
    for (const authres::Removal& removal : message.removals)
        actions.change_header(removal.name, removal.index, "");
    // Each goes above the one before: the first identity ends up lowest, as if it had signed first.
    for (const dkim::SignedField& signature : *signatures)
        actions.insert_header(0, "DKIM-Signature", signature.value);

    LogLine done = line(message, "signed");
    done.add("d", join(domains, ","))
        .add("s", join(selectors, ","))
        .add("a", join(algorithms, ","))
        .add("fields", signatures->front().fields)
        .add("body", message.signer->octets());
    if (!message.removals.empty()) done.add("removed", message.removals.size());
    const std::string fragile = fragile_points(headers, message.survey, message.signed_as);
    if (!fragile.empty()) done.add("fragile", fragile);
    log_done(done, message);
    message_.reset();
    return Answer::Continue;
}

void SignSession::abort() noexcept { message_.reset(); }

void SignSession::failed(std::string_view what) noexcept {
    try {
        LogLine broken = message_ ? line(*message_, "tempfail") : LogLine();
        if (!message_) broken.add("action", "tempfail").add("client", client_.text());
        log_.error(broken.add("why", what).text());
    } catch (...) { // out of memory while saying so
        log_.error("action=tempfail why=\"out of memory\"");
    }
    message_.reset();
}

LogLine SignSession::line(const Transaction& message, std::string_view action) const {
    LogLine line(message.queue_id);
    line.add("action", action);
    return line;
}

void SignSession::log_done(LogLine& line, const Transaction& message) const {
    if (!message.from.empty()) line.add("from", "<" + message.from + ">");
    if (!message.origin.empty()) line.add("origin", message.origin);
    if (!message.login.empty()) line.add("login", message.login);
    if (message.login_mismatch) line.add("login-match", "no");
    const std::chrono::duration<double, std::milli> took = clock_.steady() - message.began;
    log_.info(line.add_ms("ms", took.count()).text());
}

Answer SignSession::skip(Transaction& message, std::string_view why) {
    LogLine skipped = line(message, "skipped");
    skipped.add("why", why);
    if (message.from.empty()) skipped.add("sender", "<" + message.sender + ">");
    skipped.add("client", client_.text());
    log_done(skipped, message);
    message_.reset();
    return Answer::Accept; // nothing more of this message is sent to us
}

Answer SignSession::tempfail(Transaction& message, std::string_view why, Actions& actions) {
    actions.set_reply("451", "4.7.5", "Message cannot be signed now, try again later");
    LogLine failure = line(message, "tempfail");
    failure.add("why", why).add("client", client_.text());
    if (!message.from.empty()) failure.add("from", "<" + message.from + ">");
    log_.error(failure.text());
    message_.reset();
    return Answer::TempFail;
}

} // namespace postern::sign
