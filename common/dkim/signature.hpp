// The DKIM-Signature field as a value (RFC 6376 3.5), and its text: one fixed order of tags, folded
// at 78 columns so that it verifies under simple and relaxed header canonicalization alike.
//
//     v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.org; s=2026a;
//             t=1767225600; h=From:From:To:To:Subject:Subject;
//             bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
//             b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT...
#pragma once

#include "common/base/result.hpp"
#include "common/crypto/digest.hpp"
#include "common/message/canonicalization.hpp"
#include "common/message/header.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::dkim {

enum class Algorithm : std::uint8_t { RsaSha256, Ed25519Sha256 };

constexpr std::string_view to_string(Algorithm algorithm) noexcept {
    return algorithm == Algorithm::RsaSha256 ? "rsa-sha256" : "ed25519-sha256";
}

/// Does the message have UTF-8 in its header (RFC 6532)? Only there may i= have it bare (RFC 8616
/// 5).
enum class HeaderCharset : std::uint8_t { Ascii, Utf8 };

struct SignatureFields {
    Algorithm algorithm = Algorithm::RsaSha256;                            ///< a=
    message::Canonicalization header = message::Canonicalization::Relaxed; ///< c=, before /
    message::Canonicalization body = message::Canonicalization::Relaxed;   ///< c=, behind /
    std::string domain;                                                    ///< d=, A-labels
    std::string selector;                                                  ///< s=, A-labels
    std::string identity;                  ///< i=, not encoded; empty for none
    std::optional<std::int64_t> timestamp; ///< t=
    std::optional<std::int64_t> expiry;    ///< x=
    std::vector<std::string> headers;      ///< h=
    std::vector<std::uint8_t> body_hash;   ///< bh=
    std::vector<std::uint8_t> signature;   ///< b=

    /// The field's value up to and with "b=", as it is hashed (RFC 6376 3.7), with its leading
    /// space.
    [[nodiscard]] std::string format_unsigned(HeaderCharset charset = HeaderCharset::Ascii) const;
    /// The whole value, with its leading space, without a closing CRLF.
    [[nodiscard]] std::string format(HeaderCharset charset = HeaderCharset::Ascii) const;

    /// Reads a value, our own or another's, folded or not. Signatures that could not pass are
    /// errors: v= other than 1, tags missing or given twice, algorithms but those above (RFC 8301:
    /// never SHA-1), no From in h=, i= not under d=, x= before t=. l= is an error as well: nothing
    /// here reads a part of a body. Unknown tags are passed over (RFC 6376 3.2).
    static Result<SignatureFields> parse(std::string_view value);

    friend bool operator==(const SignatureFields&, const SignatureFields&) = default;
};

/// Completes what format_unsigned() gave: the signature in base64, folded.
void append_signature(std::string& value, std::span<const std::uint8_t> signature);

/// The digest a signature is made over (RFC 6376 3.7): the canonical fields h= names, then the
/// DKIM-Signature field itself as append_unsigned_field() has it.
[[nodiscard]] crypto::Sha256 header_hash(crypto::Sha256Stream& stream,
                                         std::string_view canonical_fields,
                                         std::string_view unsigned_field);
/// The same for a field of our own, with this value (see format_unsigned()).
[[nodiscard]] crypto::Sha256 header_hash(crypto::Sha256Stream& stream,
                                         std::string_view canonical_fields,
                                         std::string_view unsigned_value,
                                         message::Canonicalization form);

/// Appends a DKIM-Signature field in canonical form, without its closing CRLF. `start` and `octets`
/// say which part of its value, that of b=, is left out.
void append_unsigned_field(std::string& out, const message::FieldView& field, std::size_t start,
                           std::size_t octets, message::Canonicalization form);

/// dkim-quoted-printable (RFC 6376 2.11), where UTF-8 stays bare if the charset says so (RFC 8616
/// 5).
[[nodiscard]] std::string quoted_printable(std::string_view text, HeaderCharset charset);

} // namespace postern::dkim
