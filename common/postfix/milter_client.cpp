#include "common/postfix/milter_client.hpp"

#include "common/base/text.hpp"

#include <utility>

namespace postern::postfix {

namespace {

constexpr std::size_t kFlushAt = 65536;
constexpr std::string_view kRejected = "550 5.7.1 Command rejected";
constexpr std::string_view kUnavailable = "451 4.7.1 Service unavailable - try again later";

Response reply(std::string_view text) {
    return {.kind = Response::Kind::Reply, .text = std::string(text)};
}

/// Steps that came with protocol versions 3, 4 and 6: an older filter does not get them.
std::uint32_t steps_unknown_to(std::uint32_t version) {
    std::uint32_t steps = 0;
    if (version < 3) steps |= protocol::kNoUnknown;
    if (version < 4) steps |= protocol::kNoData;
    return steps;
}

} // namespace

std::string_view Macros::names(MacroStage stage) const {
    return kDefaultMacros[static_cast<std::size_t>(stage)];
}

MilterClient::MilterClient(MilterOptions options)
    : options_(std::move(options)), parser_(options_.max_frame) {}

Response MilterClient::failed(std::string message, bool configuration) {
    if (error_.empty()) error_ = name() + ": " + std::move(message);
    socket_.reset();
    state_ = State::Error;
    switch (options_.default_action) {
    case DefaultAction::Accept:
        default_ = {};
        break;
    case DefaultAction::Quarantine:
        default_ = {.kind = Response::Kind::Hold, .text = {}};
        break;
    case DefaultAction::Reject:
    case DefaultAction::TempFail:
        if (configuration)
            default_ = reply("451 4.3.5 Server configuration problem - try again later");
        else
            default_ = reply(options_.default_action == DefaultAction::Reject
                                 ? "550 5.5.0 Service unavailable"
                                 : kUnavailable);
        break;
    }
    return default_;
}

void MilterClient::open() {
    auto socket = StreamSocket::connect(options_.address, options_.timeouts.connect);
    if (!socket) {
        error_ = socket.error().message; // names the address already
        (void)failed({});
        return;
    }
    open(std::move(*socket));
}

void MilterClient::open(StreamSocket socket) {
    socket_ = std::move(socket);
    parser_.clear();
    out_.clear();
    error_.clear();
    default_ = {};
    skip_ = Command::Macro;
    negotiate();
}

void MilterClient::negotiate() {
    socket_->set_timeout(options_.timeouts.command);
    FrameBuilder(Command::Negotiate)
        .number32(kMilterVersion)
        .number32(action::kAll)
        .number32(protocol::kAll)
        .append_to(out_);
    const auto frame = receive(Command::Negotiate);
    if (!frame) return;
    auto parsed = parse_negotiation(*frame);
    if (!parsed) {
        (void)failed(parsed.error().message, parsed.error().configuration);
        return;
    }
    negotiated_ = std::move(*parsed);
    undefined_ = steps_unknown_to(negotiated_.version);
    state_ = State::Ready;
}

bool MilterClient::flush(Command command) {
    if (out_.empty()) return true;
    sent_ += out_.size();
    const auto result = socket_->send(out_);
    out_.clear();
    if (!result) {
        (void)failed("cannot send " + std::string(command_name(command)) + ": " +
                     result.error().message);
        return false;
    }
    return true;
}

std::optional<Frame> MilterClient::receive(Command command) {
    if (!flush(command)) return std::nullopt;
    const auto waiting_for = [&] {
        return "waiting for the answer to " + std::string(command_name(command)) + ": ";
    };
    // Postfix counts per read; a filter that trickles octets must not hold us longer than twice
    // that.
    const auto timeout =
        state_ == State::Message ? options_.timeouts.content : options_.timeouts.command;
    const auto deadline = std::chrono::steady_clock::now() + 2 * timeout;
    while (true) {
        auto frame = parser_.next();
        if (!frame) {
            (void)failed(waiting_for() + frame.error().message);
            return std::nullopt;
        }
        if (*frame) return **frame;
        char buffer[16384];
        const auto count = socket_->receive(buffer, sizeof buffer);
        if (!count || *count == 0) {
            std::string what = count ? "the filter closed the connection" : count.error().message;
            if (parser_.pending() != 0)
                what += " in the middle of a frame (" + std::to_string(parser_.pending()) +
                        " octets of it came)";
            (void)failed(waiting_for() + what);
            return std::nullopt;
        }
        parser_.feed({buffer, *count});
        if (std::chrono::steady_clock::now() > deadline) {
            (void)failed(waiting_for() + "a frame that does not end within the time-out");
            return std::nullopt;
        }
    }
}

std::string MilterClient::macro_payload(MacroStage stage, const Macros& macros) const {
    // An empty list of the filter's own counts as none: Postfix then sends the default one.
    const std::string& own = negotiated_.macros[static_cast<std::size_t>(stage)];
    const std::string_view names = own.empty() ? macros.names(stage) : std::string_view(own);
    std::string payload;
    std::string braced;
    for (const std::string_view name : split_list(names)) {
        std::string_view key = name;
        if (!name.starts_with('{')) {
            braced.assign("{").append(name).push_back('}');
            key = braced;
        }
        const auto value = macros.find(key);
        if (!value) continue;
        payload.append(name).push_back('\0');
        payload.append(value->substr(0, value->find('\0'))).push_back('\0');
    }
    return payload;
}

Response MilterClient::step(Command command, std::uint32_t off, std::uint32_t no_reply,
                            std::string_view macros, const FrameBuilder& frame, const Edit* edit) {
    if (!socket_ || !default_.none()) return unanswered();
    if ((off & undefined_) != 0) return {};
    if (skip_ != Command::Macro) {
        if (skip_ == command) return {};
        skip_ = Command::Macro;
    }
    // Macros go out even for steps the filter does not want.
    FrameBuilder(Command::Macro).octet(static_cast<char>(command)).raw(macros).append_to(out_);
    if ((off & negotiated_.protocol) != 0) return {};
    frame.append_to(out_);
    if ((no_reply & negotiated_.protocol) != 0) {
        if (out_.size() >= kFlushAt && !flush(command)) return unanswered();
        return {};
    }
    return await(command, edit);
}

Response MilterClient::await(Command command, const Edit* edit) {
    std::string body;
    std::size_t octets = 0;
    enum class Body : std::uint8_t { None, Coming, Over } body_state = Body::None;
    const auto end_body = [&] {
        if (body_state != Body::Coming) return;
        body_state = Body::Over;
        if (edit != nullptr)
            (*edit)({.type = Modification::Type::ReplaceBody, .value = std::move(body)});
    };
    const std::string_view separator =
        (negotiated_.protocol & protocol::kHeaderLeadingSpace) != 0 ? "" : " ";
    while (true) {
        const auto frame = receive(command);
        if (!frame) return unanswered();
        auto parsed = parse_reply(*frame, command, separator);
        if (!parsed) return failed(parsed.error().message, parsed.error().configuration);
        if (const auto* decision = std::get_if<Decision>(&*parsed)) {
            end_body();
            if (decision->reply == Reply::Progress) continue;
            return decide(*decision, command);
        }
        const auto& modification = std::get<Modification>(*parsed);
        octets += frame->data.size() + 5;
        if (octets > options_.max_edits)
            return failed("modifications of more than " + std::to_string(options_.max_edits) +
                          " octets after " + std::string(command_name(command)));
        if (modification.type == Modification::Type::ReplaceBody) {
            if (body_state == Body::Over)
                return failed(
                    "SMFIR_REPLBODY after other modifications, expected all chunks of the "
                    "new body in a row",
                    true);
            body_state = Body::Coming;
            body.append(modification.value);
            continue;
        }
        end_body();
        if (modification.type == Modification::Type::Quarantine)
            default_ = {.kind = Response::Kind::Hold, .text = {}};
        if (edit != nullptr) (*edit)(modification);
    }
}

Response MilterClient::decide(const Decision& decision, Command command) {
    const bool connection = command == Command::Connect || command == Command::Helo;
    const auto final = [&](Response response) {
        if (connection) { // libmilter hangs up after these, so does Postfix
            socket_.reset();
            state_ = State::RejectConnection;
            default_ = response;
        }
        return response;
    };
    switch (decision.reply) {
    case Reply::Accept:
        if (connection) socket_.reset();
        state_ = connection ? State::AcceptConnection : State::AcceptMessage;
        return default_;
    case Reply::Discard:
        if (connection) return default_; // not allowed there, Postfix ignores it
        state_ = State::AcceptMessage;
        return {.kind = Response::Kind::Discard, .text = {}};
    case Reply::Reject:
        return final(reply(kRejected));
    case Reply::TempFail:
        return final(reply(kUnavailable));
    case Reply::ReplyCode:
        return final(reply(decision.text));
    case Reply::Shutdown:
        socket_.reset();
        state_ = State::RejectConnection;
        default_ = {.kind = Response::Kind::Shutdown, .text = {}};
        return default_;
    case Reply::Skip:
        skip_ = command;
        return default_;
    default:
        return default_;
    }
}

Response MilterClient::connect(const Client& client, const Macros& macros) {
    if (state_ != State::Ready) return unanswered();
    state_ = State::Envelope;
    FrameBuilder frame(Command::Connect);
    frame.string(client.name == "unknown" && client.address != "unknown"
                     ? "[" + client.address + "]"
                     : client.name);
    switch (client.family) {
    case Client::Family::Inet:
        frame.octet('4').number16(client.port).string(client.address);
        break;
    case Client::Family::Inet6:
        frame.octet('6').number16(client.port).string(client.address);
        break;
    case Client::Family::Unix:
        frame.octet('L').number16(0).string(client.address);
        break;
    case Client::Family::Unknown:
        frame.octet('U');
        break;
    }
    return step(Command::Connect, protocol::kNoConnect, protocol::kNoReplyConnect,
                macro_payload(MacroStage::Connect, macros), frame);
}

Response MilterClient::helo(std::string_view name, const Macros& macros) {
    if (state_ != State::Envelope && state_ != State::AcceptMessage) return unanswered();
    return step(Command::Helo, protocol::kNoHelo, protocol::kNoReplyHelo,
                macro_payload(MacroStage::Helo, macros), FrameBuilder(Command::Helo).string(name));
}

Response MilterClient::mail(std::span<const std::string> args, const Macros& macros) {
    if (state_ != State::Envelope) return unanswered();
    FrameBuilder frame(Command::Mail);
    for (const std::string& arg : args)
        frame.string(arg);
    return step(Command::Mail, protocol::kNoMail, protocol::kNoReplyMail,
                macro_payload(MacroStage::Mail, macros), frame);
}

Response MilterClient::rcpt(std::span<const std::string> args, const Macros& macros) {
    if (state_ != State::Envelope) return unanswered();
    FrameBuilder frame(Command::Rcpt);
    for (const std::string& arg : args)
        frame.string(arg);
    return step(Command::Rcpt, protocol::kNoRcpt, protocol::kNoReplyRcpt,
                macro_payload(MacroStage::Rcpt, macros), frame);
}

Response MilterClient::data(const Macros& macros) {
    if (state_ != State::Envelope) return unanswered();
    return step(Command::Data, protocol::kNoData, protocol::kNoReplyData,
                macro_payload(MacroStage::Data, macros), FrameBuilder(Command::Data));
}

Response MilterClient::unknown(std::string_view command, const Macros&) {
    if (state_ != State::Envelope) return unanswered();
    return step(Command::Unknown, protocol::kNoUnknown, protocol::kNoReplyUnknown, {},
                FrameBuilder(Command::Unknown).string(command));
}

Response MilterClient::message(const Message& message, const Macros& macros, const Edit& edit) {
    if (state_ != State::Envelope) return unanswered();
    state_ = State::Message;
    if (socket_) socket_->set_timeout(options_.timeouts.content);
    skip_ = Command::Macro; // smtpd hands the connection over to cleanup
    const std::uint32_t bits = negotiated_.protocol;
    const std::string header_macros = macro_payload(MacroStage::EndOfHeaders, macros);
    const std::string body_macros = macro_payload(MacroStage::EndOfMessage, macros);
    Response response;
    if ((bits & protocol::kNoHeaders) == 0) {
        for (const HeaderField& field : message.header) {
            if (field.hidden) continue;
            if (done(response)) break;
            std::string_view value = field.value;
            if ((bits & protocol::kHeaderLeadingSpace) == 0 && value.starts_with(' '))
                value.remove_prefix(1); // Sendmail eats one space, not a tab
            response =
                step(Command::Header, protocol::kNoHeaders, protocol::kNoReplyHeader, header_macros,
                     FrameBuilder(Command::Header).string(field.name).string(value));
        }
    }
    if (!done(response) && (bits & protocol::kNoEndOfHeaders) == 0)
        response =
            step(Command::EndOfHeaders, protocol::kNoEndOfHeaders, protocol::kNoReplyEndOfHeaders,
                 header_macros, FrameBuilder(Command::EndOfHeaders));
    if (!done(response) && (bits & protocol::kNoBody) == 0)
        send_body(message.body, body_macros, response);
    if (!done(response))
        response = step(Command::EndOfMessage, 0, 0, body_macros,
                        FrameBuilder(Command::EndOfMessage), &edit);
    if (socket_) socket_->set_timeout(options_.timeouts.command);
    if (state_ == State::Message) state_ = State::Envelope;
    return response;
}

void MilterClient::send_body(std::string_view body, std::string_view macros, Response& response) {
    while (!body.empty() && !done(response)) {
        const std::string_view chunk = body.substr(0, kBodyChunk);
        body.remove_prefix(chunk.size());
        response = step(Command::Body, protocol::kNoBody, protocol::kNoReplyBody, macros,
                        FrameBuilder(Command::Body).raw(chunk));
    }
}

void MilterClient::abort() {
    switch (state_) {
    case State::Envelope:
    case State::Message:
    case State::AcceptMessage:
        if (!socket_) return;
        FrameBuilder(Command::Abort).append_to(out_); // leaves with the next step, as in Postfix
        // A quarantine holds for one message; smtpd does not know what cleanup was told.
        default_ = {};
        skip_ = Command::Macro;
        state_ = State::Envelope;
        return;
    default:
        return;
    }
}

void MilterClient::quit() {
    if (socket_ &&
        (state_ == State::Envelope || state_ == State::Message || state_ == State::AcceptMessage)) {
        FrameBuilder(Command::Quit).append_to(out_);
        const std::string before = error_;
        (void)flush(Command::Quit); // a filter that is gone by now has done its work
        error_ = before;
    }
    socket_.reset();
    state_ = State::Closed;
    default_ = {};
}

} // namespace postern::postfix
