#include "tools/replay/transaction.hpp"

#include <atomic>
#include <chrono>
#include <ctime>

namespace postern::replay {

using postfix::Envelope;
using postfix::HeaderField;
using postfix::Message;
using postfix::MilterClient;
using postfix::Modification;
using postfix::Response;

std::string_view to_string(Verdict verdict) noexcept {
    switch (verdict) {
    case Verdict::Accept:
        return "accept";
    case Verdict::Reject:
        return "reject";
    case Verdict::TempFail:
        return "tempfail";
    case Verdict::Discard:
        return "discard";
    case Verdict::Quarantine:
        return "quarantine";
    }
    return {};
}

std::string make_queue_id() {
    static std::atomic<std::uint64_t> counter{[] {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    }()};
    std::uint64_t value = counter.fetch_add(1, std::memory_order_relaxed);
    std::string id(11, '0');
    for (std::size_t i = id.size(); i-- > 0; value >>= 4)
        id[i] = "0123456789ABCDEF"[value & 15];
    return id;
}

namespace {

std::string_view domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

/// "Sat, 21 Nov 2026 05:17:28 +0000 (UTC)"
std::string date_text(std::int64_t unix_time) {
    const auto seconds = static_cast<std::time_t>(unix_time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[64];
    (void)snprintf(text, sizeof text, "%s, %2d %s %d %02d:%02d:%02d +0000 (UTC)",
                   kDays[parts.tm_wday], parts.tm_mday, kMonths[parts.tm_mon], parts.tm_year + 1900,
                   parts.tm_hour, parts.tm_min, parts.tm_sec);
    return text;
}

} // namespace

struct Session::State {
    State(const Setup& wanted, Record kept) : setup(wanted), record(kept), macros(wanted.macros) {}

    const Setup& setup;
    Record record;
    MailMacros macros;
    std::vector<MilterClient> milters;
    bool connected = false;

    /// One step of smtpd: the filters in order, until one objects.
    template <class Step> Response ask(Step step) {
        for (MilterClient& milter : milters) {
            Response response = step(milter);
            if (!response.none()) return response;
        }
        return {};
    }
    void connect();
    bool judge(const Response& response, const char* stage, Outcome& outcome);
    bool envelope(const Envelope& envelope, Outcome& outcome);
    void content(const Mail& mail, Outcome& outcome);
    Response session_response; ///< to connect and HELO: what every MAIL then gets
    const char* session_stage = "";
};

Session::Session(const Setup& setup, Record record)
    : state_(std::make_unique<State>(setup, record)) {}
Session::Session(Session&&) noexcept = default;
Session::~Session() = default;

void Session::State::connect() {
    if (connected) return;
    connected = true;
    const std::string& name = setup.client.name;
    const std::string& address = setup.client.address;
    macros.phase(setup.smtp ? Phase::Smtpd : Phase::Submission);
    macros.set("j", setup.hostname);
    macros.set("v", "Postfix 3.7.11");
    macros.set("daemon_name", setup.daemon_name.empty() ? setup.hostname : setup.daemon_name);
    macros.set("daemon_addr", setup.daemon_address);
    macros.set("daemon_port", std::to_string(setup.daemon_port));
    macros.set("_", name + " [" + address + "]");
    macros.set("client_addr", setup.smtp && setup.client.family == postfix::Client::Family::Inet6
                                  ? "IPv6:" + address
                                  : address);
    macros.set("client_name", name);
    macros.set("client_ptr", name);
    macros.set("client_port", std::to_string(setup.client.port));
    macros.set("client_connections", "1");
    macros.set("client_resolve", name == "unknown" ? "FAIL" : "OK");

    milters.reserve(setup.milters.size());
    for (const postfix::MilterOptions& options : setup.milters)
        milters.emplace_back(options);
    session_stage = "connect";
    session_response = ask([&](MilterClient& milter) {
        milter.open();
        return milter.connect(setup.client, macros);
    });
    if (!session_response.none()) return;
    session_stage = "helo";
    session_response = ask([&](MilterClient& milter) { return milter.helo(setup.helo, macros); });
    if (!setup.login.empty()) {
        macros.set("auth_type", setup.auth_type);
        macros.set("auth_authen", setup.login);
    }
}

/// False when the message ends here.
bool Session::State::judge(const Response& response, const char* stage, Outcome& outcome) {
    switch (response.kind) {
    case Response::Kind::None:
        return true;
    case Response::Kind::Hold:
        outcome.envelope.hold = true;
        return true;
    case Response::Kind::Discard:
        outcome.verdict = Verdict::Discard;
        outcome.reply = "250 2.0.0 Ok: queued as " + outcome.queue_id;
        break;
    case Response::Kind::Shutdown:
        outcome.verdict = Verdict::TempFail;
        outcome.reply = "421 4.7.0 Server closing connection";
        break;
    case Response::Kind::Reply:
        outcome.verdict = response.text.starts_with('5') ? Verdict::Reject : Verdict::TempFail;
        outcome.reply = response.text;
        break;
    }
    outcome.stage = stage;
    return false;
}

/// MAIL, RCPT and DATA. False when the message ends here.
bool Session::State::envelope(const Envelope& envelope, Outcome& outcome) {
    const auto address = [&](const std::string& plain) {
        return setup.smtp ? "<" + plain + ">" : plain; // cleanup gives them bare
    };
    macros.phase(setup.smtp ? Phase::Smtpd : Phase::Submission);
    if (setup.smtp) {
        macros.clear("i");
        macros.set("mail_host", std::string(domain_of(envelope.sender)));
        macros.set("mail_mailer", "smtp");
    } else {
        macros.set("i", outcome.queue_id);
    }
    macros.set("mail_addr", envelope.sender);
    std::vector<std::string> args{address(envelope.sender)};
    if (setup.smtp) args.insert(args.end(), setup.mail_args.begin(), setup.mail_args.end());
    if (!judge(ask([&](MilterClient& milter) { return milter.mail(args, macros); }), "mail",
               outcome))
        return false;

    std::size_t accepted = 0;
    for (const std::string& recipient : envelope.recipients) {
        macros.set("rcpt_addr", recipient);
        if (setup.smtp) {
            macros.set("rcpt_host", std::string(domain_of(recipient)));
            macros.set("rcpt_mailer", "smtp");
        }
        const std::vector<std::string> rcpt{address(recipient)};
        Outcome single;
        single.queue_id = outcome.queue_id;
        if (judge(ask([&](MilterClient& milter) { return milter.rcpt(rcpt, macros); }), "rcpt",
                  single)) {
            ++accepted;
            outcome.envelope.recipients.push_back(recipient);
            outcome.envelope.hold |= single.envelope.hold;
            macros.set("i", outcome.queue_id); // the queue file exists from here on
            continue;
        }
        outcome.verdict = single.verdict;
        outcome.reply = single.reply;
        outcome.stage = single.stage;
        if (single.verdict == Verdict::Discard) return false;
        if (!setup.smtp) { // Postfix calls that a configuration error and keeps the mail
            outcome.verdict = Verdict::TempFail;
            outcome.reply = "451 4.3.5 Server configuration error";
            return false;
        }
        outcome.refused.push_back({.address = recipient, .reply = single.reply});
    }
    if (accepted == 0) return false; // the verdict is that of the last recipient
    // smtpd keeps the first recipient it took; cleanup the last one it told the filters of.
    if (setup.smtp) macros.set("rcpt_addr", outcome.envelope.recipients.front());
    outcome.verdict = Verdict::Accept;
    outcome.reply.clear();
    outcome.stage.clear();
    return judge(ask([&](MilterClient& milter) { return milter.data(macros); }), "data", outcome);
}

void Session::State::content(const Mail& mail, Outcome& outcome) {
    macros.phase(setup.smtp ? Phase::Cleanup : Phase::Submission);
    const bool copy = record == Record::Edits || milters.size() > 1;
    Message edited;
    if (copy) edited = *mail.message;
    for (std::size_t index = 0; index < milters.size(); ++index) {
        const Message& shown = copy ? edited : *mail.message;
        std::vector<Modification> edits;
        const Response response =
            milters[index].message(shown, macros, [&](const Modification& edit) {
                if (copy) edits.push_back(edit);
            });
        // Postfix edits its queue file as requests come; the filter has seen the message by then.
        for (Modification& edit : edits) {
            postfix::apply(edit, edited, outcome.envelope);
            if (record == Record::Edits)
                outcome.edits.push_back({.milter = index, .edit = std::move(edit)});
        }
        // The first objection ends the chain, a quarantine too.
        if (!response.none()) {
            (void)judge(response, "end-of-message", outcome);
            break;
        }
    }
    if (record == Record::Edits) outcome.message = std::move(edited);
}

Outcome Session::play(const Mail& mail) {
    State& state = *state_;
    const auto start = std::chrono::steady_clock::now();
    Outcome outcome;
    outcome.queue_id = mail.queue_id.empty() ? make_queue_id() : mail.queue_id;
    outcome.envelope.sender = mail.envelope->sender;
    state.connect();
    const std::string ok = "250 2.0.0 Ok: queued as " + outcome.queue_id;
    if (state.judge(state.session_response, state.session_stage, outcome) &&
        state.envelope(*mail.envelope, outcome)) {
        state.content(mail, outcome);
        if (outcome.reply.empty()) outcome.reply = ok;
    }
    if (outcome.verdict == Verdict::Accept && outcome.envelope.hold)
        outcome.verdict = Verdict::Quarantine;
    for (const char* name :
         {"i", "mail_addr", "mail_host", "mail_mailer", "rcpt_addr", "rcpt_host", "rcpt_mailer"})
        state.macros.clear(name);
    for (MilterClient& milter : state.milters) {
        if (state.setup.smtp) milter.abort();
        if (!milter.error().empty()) outcome.errors.push_back(milter.error());
    }
    outcome.milliseconds =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return outcome;
}

void Session::end() {
    for (MilterClient& milter : state_->milters) {
        if (state_->setup.smtp) milter.abort(); // smtpd forgets HELO, which aborts once more
        milter.quit();
    }
}

HeaderField Session::received(const Setup& setup, const Envelope& envelope,
                              const std::string& queue_id, std::int64_t unix_time) {
    std::string value;
    if (setup.smtp) {
        const std::string literal = setup.client.family == postfix::Client::Family::Inet6
                                        ? "[IPv6:" + setup.client.address + "]"
                                        : "[" + setup.client.address + "]";
        value = " from " + setup.helo + " (" + setup.client.name + " " + literal + ")\n\tby " +
                setup.hostname + " (Postfix) with " + (setup.login.empty() ? "ESMTP" : "ESMTPA") +
                " id " + queue_id;
        if (envelope.recipients.size() == 1)
            value += "\n\tfor <" + envelope.recipients.front() + ">";
    } else {
        value = " by " + setup.hostname + " (Postfix, from userid 1000)\n\tid " + queue_id;
    }
    value += "; " + date_text(unix_time);
    return {.name = "Received", .value = std::move(value), .hidden = true};
}

} // namespace postern::replay
