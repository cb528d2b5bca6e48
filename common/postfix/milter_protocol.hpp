// The words of the milter protocol, version 6, as Postfix 3.7 speaks it: one octet per command and
// per reply, flags that are negotiated, the stages that macros belong to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::postfix {

/// From the mail server to the filter.
enum class Command : char {
    Abort = 'A',
    Body = 'B',
    Connect = 'C',
    Macro = 'D',
    EndOfMessage = 'E',
    Helo = 'H',
    QuitNewConnection = 'K',
    Header = 'L',
    Mail = 'M',
    EndOfHeaders = 'N',
    Negotiate = 'O',
    Quit = 'Q',
    Rcpt = 'R',
    Data = 'T',
    Unknown = 'U',
};

/// From the filter to the mail server.
enum class Reply : char {
    AddRcpt = '+',
    DelRcpt = '-',
    AddRcptPar = '2',
    Shutdown = '4',
    Accept = 'a',
    ReplaceBody = 'b',
    Continue = 'c',
    Discard = 'd',
    ChangeFrom = 'e',
    ConnectionFail = 'f',
    AddHeader = 'h',
    InsertHeader = 'i',
    SetSymbolList = 'l',
    ChangeHeader = 'm',
    Negotiate = 'O',
    Progress = 'p',
    Quarantine = 'q',
    Reject = 'r',
    Skip = 's',
    TempFail = 't',
    ReplyCode = 'y',
};

/// "SMFIC_BODY", or "command 0x7f" for one that the protocol does not know.
std::string_view command_name(Command command) noexcept;
/// "SMFIR_CONTINUE"; empty for one that the protocol does not know.
std::string_view reply_name(Reply reply) noexcept;

inline constexpr std::uint32_t kMilterVersion = 6;

/// SMFIF_*: what a filter may ask for at the end of the message.
namespace action {
inline constexpr std::uint32_t kAddHeaders = 1U << 0, kChangeBody = 1U << 1, kAddRcpt = 1U << 2,
                               kDelRcpt = 1U << 3, kChangeHeaders = 1U << 4, kQuarantine = 1U << 5,
                               kChangeFrom = 1U << 6, kAddRcptPar = 1U << 7,
                               kSetSymbolList = 1U << 8;
/// All that Postfix 3.7 offers.
inline constexpr std::uint32_t kAll = 0x1ff;
} // namespace action

/// SMFIP_*: steps a filter does not want, replies it will not send, and other habits.
namespace protocol {
inline constexpr std::uint32_t kNoConnect = 1U << 0, kNoHelo = 1U << 1, kNoMail = 1U << 2,
                               kNoRcpt = 1U << 3, kNoBody = 1U << 4, kNoHeaders = 1U << 5,
                               kNoEndOfHeaders = 1U << 6, kNoReplyHeader = 1U << 7,
                               kNoUnknown = 1U << 8, kNoData = 1U << 9, kSkip = 1U << 10,
                               kRejectedRcpt = 1U << 11, kNoReplyConnect = 1U << 12,
                               kNoReplyHelo = 1U << 13, kNoReplyMail = 1U << 14,
                               kNoReplyRcpt = 1U << 15, kNoReplyData = 1U << 16,
                               kNoReplyUnknown = 1U << 17, kNoReplyEndOfHeaders = 1U << 18,
                               kNoReplyBody = 1U << 19, kHeaderLeadingSpace = 1U << 20;
/// All that Postfix 3.7 offers.
inline constexpr std::uint32_t kAll = 0x1fffff;
} // namespace protocol

/// The stages that have a list of macros; the number is the one SETSYMLIST uses.
enum class MacroStage : std::uint8_t {
    Connect = 0,
    Helo = 1,
    Mail = 2,
    Rcpt = 3,
    Data = 4,
    EndOfMessage = 5,
    EndOfHeaders = 6,
};
inline constexpr std::size_t kMacroStages = 7;

/// What Postfix sends at each stage unless main.cf or the filter says otherwise (postconf -d).
inline constexpr std::array<std::string_view, kMacroStages> kDefaultMacros = {
    "j {daemon_name} {daemon_addr} v _",
    "{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}",
    "i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}",
    "i {rcpt_addr} {rcpt_host} {rcpt_mailer}",
    "i",
    "i",
    "i"};

/// Body octets per frame.
inline constexpr std::size_t kBodyChunk = 65535;

} // namespace postern::postfix
