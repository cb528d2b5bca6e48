// The two numbers of an RSA public key, out of its DER. Inside this room only; the interface is
// PublicKey::parse().
#pragma once

#include "common/base/result.hpp"

#include <cstdint>
#include <span>

namespace postern::crypto {

/// Big-endian, without leading zeros; views into what was parsed.
struct RsaNumbers {
    std::span<const std::uint8_t> modulus, exponent;
};

/// SubjectPublicKeyInfo (RFC 5280 4.1.2.7) with rsaEncryption, or RSAPublicKey (RFC 8017 A.1.1).
/// Lengths may be written longer than DER wants, and octets may follow the outer sequence: OpenSSL,
/// and so OpenDKIM and Mail::DKIM, take both.
Result<RsaNumbers> parse_rsa_public_der(std::span<const std::uint8_t> der);

} // namespace postern::crypto
