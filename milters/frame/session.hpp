// One milter connection as a daemon sees it: the steps it may override, without a libmilter type in
// sight, so that another engine can stand beside libmilter without touching a daemon (DESIGN:
// "libmilter first, behind a wall").
//
// Steps of one session never run at the same time, but each may run on another thread: Debian's
// libmilter moves connections between threads. Hence no thread-locals; state lives in the session.
// One SMTP connection can bring many messages; mail() begins one; end_of_message() or abort() ends
// it. Steps may be missing or doubled when the other side is no Postfix.
#pragma once

#include "common/base/ip.hpp"
#include "milters/frame/actions.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::milter {

enum class Answer : std::uint8_t {
    Continue,
    Accept,   ///< ends this message for us: later steps are not sent
    Reject,   ///< 5xx, see Actions::set_reply
    TempFail, ///< 4xx
    Discard,
    Skip, ///< body only: no more chunks, go on with end of message
};

/// The client as the MTA sees it (XCLIENT already applied).
struct ConnectInfo {
    std::string_view name; ///< verified PTR name, or "[address]", or "localhost" for non-SMTP mail
    std::optional<IpAddress> address; ///< nothing for non-SMTP submission and unknown families
    std::uint16_t port = 0;
};

class Session {
public:
    virtual ~Session() = default;

    virtual Answer connect(const ConnectInfo&, Actions&) { return Answer::Continue; }
    virtual Answer helo(std::string_view /*name*/, Actions&) { return Answer::Continue; }
    /// `sender` without angle brackets, empty for the null sender; `args` the ESMTP arguments
    /// ("SIZE=100").
    virtual Answer mail(std::string_view /*sender*/, std::span<const std::string_view> /*args*/,
                        Actions&) {
        return Answer::Continue;
    }
    virtual Answer rcpt(std::string_view /*recipient*/, std::span<const std::string_view> /*args*/,
                        Actions&) {
        return Answer::Continue;
    }
    virtual Answer data(Actions&) { return Answer::Continue; }
    /// `value` with its leading white space and with CRLF folds, as on the wire.
    virtual Answer header(std::string_view /*name*/, std::string_view /*value*/, Actions&) {
        return Answer::Continue;
    }
    virtual Answer end_of_headers(Actions&) { return Answer::Continue; }
    virtual Answer body(std::string_view /*chunk*/, Actions&) { return Answer::Continue; }
    virtual Answer end_of_message(Actions&) { return Answer::Continue; }
    /// The message under way is void (client gone, RSET, another milter's verdict).
    virtual void abort() noexcept {}
    /// Something was thrown in a step, or a bug was found: log it. The message gets a temporary
    /// failure.
    virtual void failed(std::string_view /*what*/) noexcept {}
};

/// How a step of this service answers: switches off steps it does not override and the replies it
/// does not need, which saves the MTA a round trip each (SMFIP_NO*, SMFIP_NR_*).
enum class StepUse : std::uint8_t {
    Off,    ///< the MTA does not send it
    Listen, ///< sent, always answered Continue, so no reply goes back
    Answer, ///< sent and answered
};

/// What a daemon brings: how to make sessions, and what to negotiate for them.
struct Service {
    std::string name; ///< for the log, "postern-sign"
    StepUse connect = StepUse::Off, helo = StepUse::Off, mail = StepUse::Answer,
            rcpt = StepUse::Off, data = StepUse::Off, header = StepUse::Off,
            end_of_headers = StepUse::Off, body = StepUse::Off;
    /// Which edits end_of_message may do.
    bool edits_headers = false, edits_sender = false, edits_recipients = false, edits_body = false,
         quarantines = false;
    /// Macros wanted at a step, separated by blanks ("i {auth_type}"). Empty: none are needed;
    /// Postfix takes an empty list for its default one all the same.
    struct {
        std::string connect, helo, mail, rcpt, data, end_of_headers, end_of_message;
    } macros;
    /// Called for each connection, on any thread.
    std::function<std::unique_ptr<Session>()> make_session;
};

} // namespace postern::milter
