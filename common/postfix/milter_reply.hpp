// What a filter's frame asks for: a decision, or one modification of the message.
//
// The checks are those of Postfix 3.7: strings end with a NUL, nothing is left over, a reply code
// is "4xx" or "5xx" followed by a blank or a dash.
#pragma once

#include "common/base/result.hpp"
#include "common/postfix/milter_frame.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace postern::postfix {

/// One edit, as the filter asked for it.
struct Modification {
    enum class Type : std::uint8_t {
        InsertHeader, ///< index over all fields, 0 = top
        AddHeader,    ///< at the end of the header
        ChangeHeader, ///< index counts the fields of this name, 1 = first
        DeleteHeader, ///< the same
        ChangeSender,
        AddRecipient,
        DeleteRecipient,
        ReplaceBody,
        Quarantine,
    };
    Type type = Type::AddHeader;
    std::uint32_t index = 0;
    std::string name;  ///< of the header field; the address for sender and recipients
    std::string value; ///< of the header field as sent by the filter; body; reason of a quarantine
    std::string args;  ///< ESMTP arguments of sender and recipients
    /// What Postfix puts between colon and value: a space, or nothing when leading space was
    /// negotiated.
    std::string separator;

    friend bool operator==(const Modification&, const Modification&) = default;
};

/// "insert-header" and so on.
std::string_view to_string(Modification::Type type) noexcept;

/// A decision about the step that was sent.
struct Decision {
    Reply reply = Reply::Continue; ///< Continue, Accept, Discard, Reject, TempFail, Shutdown, Skip,
                                   ///< Progress, ReplyCode
    std::string text;              ///< for ReplyCode: "550 5.7.1 text", lines separated by CRLF
};

/// The answer to negotiation.
struct Negotiated {
    std::uint32_t version = 0, actions = 0, protocol = 0;
    /// Lists of macros the filter wants instead of the default ones; empty: the default one.
    std::array<std::string, kMacroStages> macros;
};

/// Why a frame was refused. Postfix answers a malformed reply code, a bad index and mixed body
/// replacement with "451 4.3.5" (configuration), everything else with its default action.
struct ProtocolError {
    std::string message;
    bool configuration = false;
};

/// `command`: the step this answers, for the messages and because edits are allowed at the end of
/// the message only. `separator`: see Modification.
tl::expected<std::variant<Decision, Modification>, ProtocolError>
parse_reply(const Frame& frame, Command command, std::string_view separator);

tl::expected<Negotiated, ProtocolError> parse_negotiation(const Frame& frame);

/// "SMFIR_CONTINUE" or "reply 'x'", for messages.
std::string describe_reply(char command);

} // namespace postern::postfix
