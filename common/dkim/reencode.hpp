// A body as it may have been before some relay changed its content-transfer-encoding (RFC 2045 6,
// RFC 6152 3: a relay to a host without 8BITMIME has to): part by part, each with the header line
// that says so. For diagnosis only; what cannot be decoded is left as it is.
#pragma once

#include <string>
#include <string_view>

namespace postern::dkim {

/// Quoted-printable to octets, base64 to octets with CRLF line ends. `encoding` and `content_type`
/// are the values of the message's own fields, or empty. One pass; the result is no longer than the
/// body.
[[nodiscard]] std::string decode_parts(std::string_view body, std::string_view encoding,
                                       std::string_view content_type);

enum class TransferEncoding : bool { QuotedPrintable, Base64 };

/// Every part with octets above ASCII encoded as most programs do it: lines of up to 76 characters,
/// in quoted-printable only what has to be. One pass; the result is at most four times as long.
[[nodiscard]] std::string encode_parts(std::string_view body, std::string_view content_type,
                                       TransferEncoding encoding);

} // namespace postern::dkim
