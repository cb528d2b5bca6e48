#include "common/postfix/milter_reply.hpp"

#include "common/base/text.hpp"

namespace postern::postfix {

namespace {

using Answer = std::variant<Decision, Modification>;
using Parsed = tl::expected<Answer, ProtocolError>;

tl::unexpected<ProtocolError> refuse(std::string message, bool configuration = false) {
    return tl::unexpected<ProtocolError>(ProtocolError{std::move(message), configuration});
}

std::string after(Command command) { return " after " + std::string(command_name(command)); }

tl::unexpected<ProtocolError> truncated(const Frame& frame, Command command,
                                        std::string_view expected) {
    return refuse(describe_reply(frame.command) + after(command) + ": expected " +
                  std::string(expected) + ", the frame ends before (" +
                  std::to_string(frame.data.size()) + " octets of data)");
}

tl::unexpected<ProtocolError> left_over(const Frame& frame, Command command, std::size_t octets) {
    return refuse(describe_reply(frame.command) + after(command) +
                  ": expected the end of the frame, " + std::to_string(octets) +
                  " octets are left over");
}

bool is_reply_code(std::string_view text) {
    const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
    return (at(0) == '4' || at(0) == '5') && is_digit(at(1)) && is_digit(at(2)) &&
           (at(3) == ' ' || at(3) == '-') && !(is_digit(at(4)) && at(4) != at(0));
}

/// "%%" means "%", a single one goes: the text was a format string for Sendmail.
std::string unescape_percent(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && ++i == text.size()) break;
        out.push_back(text[i]);
    }
    return out;
}

Parsed parse_header_edit(const Frame& frame, Command command, std::string_view separator) {
    PayloadReader reader(frame.data);
    const auto reply = static_cast<Reply>(frame.command);
    Modification edit{.separator = std::string(separator)};
    if (reply != Reply::AddHeader) {
        const auto index = reader.number32();
        if (!index) return truncated(frame, command, "an index of four octets");
        edit.index = *index;
    }
    const auto name = reader.string();
    if (!name) return truncated(frame, command, "a header name that ends with NUL");
    const auto value = reader.string();
    if (!value) return truncated(frame, command, "a header value that ends with NUL");
    if (!reader.empty()) return left_over(frame, command, reader.left());
    edit.name = *name;
    edit.value = *value;
    if (reply == Reply::AddHeader) {
        edit.type = Modification::Type::AddHeader;
    } else if (reply == Reply::InsertHeader) {
        edit.type = Modification::Type::InsertHeader;
    } else {
        edit.type = edit.value.empty() ? Modification::Type::DeleteHeader
                                       : Modification::Type::ChangeHeader;
        if (edit.value.empty()) edit.separator.clear();
        if (edit.index == 0) edit.index = 1; // as Sendmail and Postfix take it
        if (edit.name.empty())
            return refuse(describe_reply(frame.command) + after(command) +
                              ": expected a header name, it is empty",
                          true);
    }
    return edit;
}

Parsed parse_address_edit(const Frame& frame, Command command) {
    PayloadReader reader(frame.data);
    const auto reply = static_cast<Reply>(frame.command);
    Modification edit;
    const auto address = reader.string();
    if (!address) return truncated(frame, command, "an address that ends with NUL");
    edit.name = *address;
    if ((reply == Reply::ChangeFrom || reply == Reply::AddRcptPar) && !reader.empty()) {
        const auto args = reader.string(); // all arguments in one string; Postfix refuses more
        if (!args) return truncated(frame, command, "ESMTP arguments that end with NUL");
        edit.args = *args;
    }
    if (!reader.empty()) return left_over(frame, command, reader.left());
    edit.type = reply == Reply::ChangeFrom ? Modification::Type::ChangeSender
                : reply == Reply::DelRcpt  ? Modification::Type::DeleteRecipient
                                           : Modification::Type::AddRecipient;
    return edit;
}

} // namespace

std::string_view to_string(Modification::Type type) noexcept {
    switch (type) {
    case Modification::Type::InsertHeader:
        return "insert-header";
    case Modification::Type::AddHeader:
        return "add-header";
    case Modification::Type::ChangeHeader:
        return "change-header";
    case Modification::Type::DeleteHeader:
        return "delete-header";
    case Modification::Type::ChangeSender:
        return "change-sender";
    case Modification::Type::AddRecipient:
        return "add-recipient";
    case Modification::Type::DeleteRecipient:
        return "delete-recipient";
    case Modification::Type::ReplaceBody:
        return "replace-body";
    case Modification::Type::Quarantine:
        return "quarantine";
    }
    return {};
}

std::string describe_reply(char command) {
    const std::string_view name = reply_name(static_cast<Reply>(command));
    if (!name.empty()) return std::string(name);
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto octet = static_cast<unsigned char>(command);
    return std::string("unknown reply 0x") + kDigits[octet >> 4] + kDigits[octet & 15];
}

Parsed parse_reply(const Frame& frame, Command command, std::string_view separator) {
    const auto reply = static_cast<Reply>(frame.command);
    switch (reply) {
    case Reply::Progress:
    case Reply::Continue:
    case Reply::Accept:
    case Reply::Discard:
    case Reply::Reject:
    case Reply::TempFail:
    case Reply::Shutdown:
    case Reply::Skip:
        if (!frame.data.empty()) return left_over(frame, command, frame.data.size());
        return Decision{.reply = reply};
    case Reply::ReplyCode: {
        const std::string_view text = frame.data.substr(0, frame.data.find('\0'));
        if (!is_reply_code(text))
            return refuse("SMFIR_REPLYCODE" + after(command) +
                              ": expected \"4xx\" or \"5xx\" and a text with a status of the same "
                              "class, came \"" +
                              std::string(text.substr(0, 80)) + "\"",
                          true);
        return Decision{.reply = reply, .text = unescape_percent(text)};
    }
    case Reply::Quarantine:
        return Modification{.type = Modification::Type::Quarantine,
                            .value = std::string(frame.data.substr(0, frame.data.find('\0')))};
    default:
        break;
    }
    if (command == Command::EndOfMessage) {
        switch (reply) {
        case Reply::AddHeader:
        case Reply::InsertHeader:
        case Reply::ChangeHeader:
            return parse_header_edit(frame, command, separator);
        case Reply::ChangeFrom:
        case Reply::AddRcpt:
        case Reply::AddRcptPar:
        case Reply::DelRcpt:
            return parse_address_edit(frame, command);
        case Reply::ReplaceBody:
            return Modification{.type = Modification::Type::ReplaceBody,
                                .value = std::string(frame.data)};
        default:
            break;
        }
    }
    return refuse("unexpected " + describe_reply(frame.command) + after(command) +
                  (command == Command::EndOfMessage
                       ? ": expected a modification or a decision"
                       : ": expected a decision, modifications come at SMFIC_BODYEOB only"));
}

tl::expected<Negotiated, ProtocolError> parse_negotiation(const Frame& frame) {
    if (frame.command != static_cast<char>(Command::Negotiate))
        return refuse("expected SMFIC_OPTNEG in answer to negotiation, came " +
                      describe_reply(frame.command));
    PayloadReader reader(frame.data);
    const auto version = reader.number32(), actions = reader.number32(), bits = reader.number32();
    if (!bits) return truncated(frame, Command::Negotiate, "version, actions and protocol bits");
    Negotiated result{.version = *version, .actions = *actions, .protocol = *bits, .macros = {}};
    if (result.version > kMilterVersion)
        return refuse("the filter wants protocol version " + std::to_string(result.version) +
                      ", expected at most " + std::to_string(kMilterVersion));
    if ((result.actions & ~action::kAll) != 0)
        return refuse("the filter wants actions that were not offered (mask " +
                      std::to_string(result.actions & ~action::kAll) + ")");
    while (!reader.empty()) {
        const auto stage = reader.number32();
        if (!stage) return truncated(frame, Command::Negotiate, "the stage of a list of macros");
        const auto names = reader.string();
        if (!names)
            return truncated(frame, Command::Negotiate, "a list of macros that ends with NUL");
        if (*stage < kMacroStages) result.macros[*stage] = *names; // others Postfix ignores
    }
    return result;
}

} // namespace postern::postfix
