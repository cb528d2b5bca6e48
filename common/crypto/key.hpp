// Signing keys, RSA (RFC 6376, 8301) and Ed25519 (RFC 8463). Private parts never leave this room
// except as PEM made by keygen.
#pragma once

#include "common/base/result.hpp"
#include "common/crypto/digest.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::crypto {

enum class KeyType : std::uint8_t { Rsa, Ed25519 };

/// A parsed private key, ready to sign. Movable, immutable; sign() may be called from any number of
/// threads at once: prepared contexts are kept in a small pool, because OpenSSL 3.0 looks
/// algorithms up slowly and under a lock.
class PrivateKey {
public:
    /// PEM (PKCS#8 "PRIVATE KEY" or PKCS#1 "RSA PRIVATE KEY"), or base64 of the DER, as OpenDKIM's
    /// KeyTable has it inline; a bare 32-octet seed in base64 is Ed25519 (dkimpy's key files).
    /// Encrypted keys, public keys and other types are errors that say what was found. RSA under
    /// 1024 bits is an error (RFC 8301 3.2).
    static Result<PrivateKey> parse(std::string_view text);
    /// `bits` for RSA only: 2048, 3072 or 4096.
    static Result<PrivateKey> generate(KeyType type, unsigned bits = 2048);

    PrivateKey(PrivateKey&&) noexcept;
    PrivateKey& operator=(PrivateKey&&) noexcept;
    ~PrivateKey();

    [[nodiscard]] KeyType type() const noexcept;
    [[nodiscard]] unsigned bits() const noexcept; ///< of the modulus; 256 for Ed25519

    /// Signature over a SHA-256 digest: RSASSA-PKCS1-v1_5 for RSA; for Ed25519 PureEdDSA over the
    /// 32 octets (RFC 8463 3).
    [[nodiscard]] Result<std::vector<std::uint8_t>> sign(const Sha256& digest) const;

    /// What goes into p= of the key record: SubjectPublicKeyInfo DER for RSA (RFC 6376 3.6.1), the
    /// bare 32 octets for Ed25519 (RFC 8463 4).
    [[nodiscard]] std::vector<std::uint8_t> public_key() const;
    /// PKCS#8 PEM, for keygen only.
    [[nodiscard]] std::string pem() const;

private:
    struct Impl;
    explicit PrivateKey(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

} // namespace postern::crypto
