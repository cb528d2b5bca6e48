// One connection to one filter, driven as Postfix 3.7 drives it: negotiation, macros before each
// step, steps and replies the filter switched off, SKIP, PROGRESS, edits at the end of the message,
// ABORT after each message, QUIT.
//
//     MilterClient filter({.address = address});
//     filter.open(macros);
//     filter.connect({.name = "localhost", .address = "127.0.0.1", .port = 1234}, macros);
//     filter.mail(args, macros); filter.rcpt(args, macros); filter.data(macros);
//     Response response = filter.message(message, macros, [&](const Modification& edit) { ... });
//     filter.abort(); filter.quit();
//
// Each step gives a Response; "no objection" lets the next step happen. After an error (error()
// says which frame, what was expected, what came) every step answers with the default action. One
// thread.
#pragma once

#include "common/postfix/message.hpp"
#include "common/postfix/milter_reply.hpp"
#include "common/postfix/stream_socket.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::postfix {

struct MilterTimeouts {
    std::chrono::milliseconds connect{30'000}, command{30'000}, content{300'000};
};

/// What Postfix does about a filter that cannot be reached or breaks the protocol
/// (milter_default_action).
enum class DefaultAction : std::uint8_t { TempFail, Reject, Accept, Quarantine };

struct MilterOptions {
    SocketAddress address;
    MilterTimeouts timeouts{};
    DefaultAction default_action = DefaultAction::TempFail;
    /// Largest reply frame taken; libmilter sends body chunks of 64 KiB.
    std::size_t max_frame = std::size_t{16} << 20;
    /// Most octets of modifications at one end of message (a filter that never stops).
    std::size_t max_edits = std::size_t{1} << 30;
};

/// What a step gave.
struct Response {
    enum class Kind : std::uint8_t { None, Reply, Discard, Hold, Shutdown };
    Kind kind = Kind::None;
    std::string text; ///< Reply: "550 5.7.1 Command rejected"
    [[nodiscard]] bool none() const noexcept { return kind == Kind::None; }
    friend bool operator==(const Response&, const Response&) = default;
};

/// Values of macros; names always in braces ("{i}", "{daemon_name}").
class Macros {
public:
    virtual ~Macros() = default;
    /// Nothing: not defined, the macro is not sent.
    [[nodiscard]] virtual std::optional<std::string_view> find(std::string_view name) const = 0;
    /// The list in force when the filter brings none; the default is kDefaultMacros.
    [[nodiscard]] virtual std::string_view names(MacroStage stage) const;
};

struct Client {
    std::string name;    ///< "unknown" becomes "[address]" on the wire
    std::string address; ///< "192.0.2.1", "2001:db8::1"
    std::uint16_t port = 0;
    enum class Family : std::uint8_t { Inet, Inet6, Unix, Unknown };
    Family family = Family::Inet;
};

class MilterClient {
public:
    using Edit = std::function<void(const Modification&)>;

    explicit MilterClient(MilterOptions options);

    /// Connects and negotiates. A failure is in error(), and later steps give the default action.
    void open();
    /// The same on a connected socket (tests).
    void open(StreamSocket socket);

    Response connect(const Client& client, const Macros& macros);
    Response helo(std::string_view name, const Macros& macros);
    /// `args`: the address as the SMTP client gave it, then the ESMTP arguments.
    Response mail(std::span<const std::string> args, const Macros& macros);
    Response rcpt(std::span<const std::string> args, const Macros& macros);
    Response data(const Macros& macros);
    Response unknown(std::string_view command, const Macros& macros);
    /// Header, end of headers, body, end of message. `edit` is called in the order of the requests;
    /// chunks of a new body come as one.
    Response message(const Message& message, const Macros& macros, const Edit& edit);
    /// The end of a mail transaction, good or bad.
    void abort();
    void quit();

    /// Why this connection is of no use any more; empty when it is.
    [[nodiscard]] const std::string& error() const noexcept { return error_; }
    [[nodiscard]] const Negotiated& negotiated() const noexcept { return negotiated_; }
    [[nodiscard]] const MilterOptions& options() const noexcept { return options_; }
    /// Octets this client wrote so far, for statistics.
    [[nodiscard]] std::uint64_t octets_sent() const noexcept { return sent_; }

private:
    enum class State : std::uint8_t {
        Closed,
        Ready,
        Envelope,
        Message,
        AcceptConnection,
        AcceptMessage,
        RejectConnection,
        Error,
    };
    enum class Wait : bool { No, Yes };

    Response failed(std::string message, bool configuration = false);
    Response unanswered() const { return default_; }
    Response step(Command command, std::uint32_t off, std::uint32_t no_reply,
                  std::string_view macros, const FrameBuilder& frame, const Edit* edit = nullptr);
    Response decide(const Decision& decision, Command command);
    Response await(Command command, const Edit* edit);
    std::optional<Frame> receive(Command command);
    bool flush(Command command);
    std::string macro_payload(MacroStage stage, const Macros& macros) const;
    void negotiate();
    void send_body(std::string_view body, std::string_view macros, Response& response);
    [[nodiscard]] bool done(const Response& response) const noexcept {
        return state_ != State::Message || !response.none();
    }
    [[nodiscard]] std::string name() const { return options_.address.text(); }

    MilterOptions options_;
    std::optional<StreamSocket> socket_;
    FrameParser parser_;
    std::string out_;
    Negotiated negotiated_;
    std::uint32_t undefined_ = 0; ///< steps that the filter's protocol version does not have
    State state_ = State::Closed;
    Response default_;              ///< lasting answer after an error or a rejected connection
    Command skip_ = Command::Macro; ///< steps to leave out after SKIP; Macro: none
    std::string error_;
    std::uint64_t sent_ = 0;
};

} // namespace postern::postfix
