// The one reader of DKIM-Signature fields (RFC 6376 3.5): what the field says, as far as it could
// be read, and what is wrong with it. The verifier makes verdicts of that, SignatureFields::parse()
// errors.
#pragma once

#include "common/dkim/signature.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::dkim {

/// What a= names.
enum class NamedAlgorithm : std::uint8_t {
    Known,   ///< SignatureFields::algorithm
    RsaSha1, ///< RFC 8301: never again
    Unknown,
};

struct SignatureReading {
    /// Complete where `problem` is empty (of rsa-sha1: but for the algorithm). Where it is not,
    /// domain, selector and identity are there as written, if they are there.
    SignatureFields fields;
    NamedAlgorithm named = NamedAlgorithm::Unknown;
    std::string algorithm;               ///< a= as written
    std::string signature;               ///< b= without white space
    std::optional<std::uint64_t> length; ///< l=; larger numbers than fit are the largest
    bool covers_from = false;            ///< From is in h=
    bool too_many_names = false;         ///< h= is longer than was allowed, and left out
    /// The value of b= with the white space around it, as offset and octets of the field's value:
    /// what is not hashed (RFC 6376 3.7).
    std::size_t signature_start = 0, signature_octets = 0;
    /// The first thing that makes the field no signature: "h= is missing". Empty for none. A fixed
    /// vocabulary, but for `detail`.
    std::string problem;
    /// More about `problem` where that is known: may have tag names of the field in it.
    std::string detail;
};

/// `value`: what stands behind the colon, folded or not. Reads through whatever there is; linear in
/// it. q= without dns/txt, a time that is none, x= before t=, i= not at or under d=, names that are
/// none and base64 that is none are problems. l=, SHA-1 and an h= without From are not: they are
/// for the caller to judge.
SignatureReading read_signature(std::string_view value, std::size_t max_names);

} // namespace postern::dkim
