// Public keys as DKIM publishes them, RSA (RFC 6376 3.6.1, RFC 8301) and Ed25519 (RFC 8463 4), for
// verifying. They come from whoever sends us mail: parsing is bounded and touches no decoder of
// OpenSSL.
#pragma once

#include "common/base/result.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/key.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace postern::crypto {

/// Movable, immutable; verify() may be called from any number of threads at once.
class PublicKey {
public:
    /// What p= holds, decoded. RSA: SubjectPublicKeyInfo in DER, or the bare RSAPublicKey of PKCS#1
    /// as RFC 6376 has it by the letter and old records do; moduli of 256 to 16384 bits, odd; odd
    /// exponents from 3 to 2^32 (a larger one would make each verification as slow as a
    /// signature). Which sizes are good enough is for the caller to say: see bits(). Ed25519: 32
    /// octets. Errors are of a fixed vocabulary.
    static Result<PublicKey> parse(KeyType type, std::span<const std::uint8_t> octets);

    PublicKey(PublicKey&&) noexcept;
    PublicKey& operator=(PublicKey&&) noexcept;
    ~PublicKey();

    [[nodiscard]] KeyType type() const noexcept;
    [[nodiscard]] unsigned bits() const noexcept; ///< of the modulus; 256 for Ed25519

    /// Is this the signature over the SHA-256 digest? RSASSA-PKCS1-v1_5 for RSA; for Ed25519
    /// PureEdDSA over the 32 octets (RFC 8463 3). Signatures of any length and content.
    [[nodiscard]] bool verify(const Sha256& digest, std::span<const std::uint8_t> signature) const;

private:
    struct Impl;
    explicit PublicKey(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

} // namespace postern::crypto
