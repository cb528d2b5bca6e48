#include "common/crypto/key.hpp"

#include "common/base/invariant.hpp"
#include "common/crypto/key_contexts.hpp"
#include "common/crypto/openssl_error.hpp"
#include "common/crypto/private_key_text.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <new>

namespace postern::crypto {
namespace {

constexpr unsigned kMinRsaBits = 1024;  // RFC 8301 3.2
constexpr unsigned kMaxRsaBits = 16384; // OpenSSL's own bound, OPENSSL_RSA_MAX_MODULUS_BITS

struct BioFree {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using BioHandle = std::unique_ptr<BIO, BioFree>;

} // namespace

struct PrivateKey::Impl {
    Impl(KeyHandle handle, KeyType kind)
        : key(std::move(handle)), type(kind),
          bits(kind == KeyType::Ed25519 ? 256U
                                        : static_cast<unsigned>(EVP_PKEY_get_bits(key.get()))),
          size(static_cast<std::size_t>(EVP_PKEY_get_size(key.get()))) {}

    /// False if OpenSSL refuses; the context is then not to be used again.
    bool sign_with(const Prepared& prepared, const Sha256& digest,
                   std::vector<std::uint8_t>& signature) const {
        std::size_t written = size;
        signature.resize(size);
        const int done =
            type == KeyType::Rsa
                ? (prepared.rsa ? EVP_PKEY_sign(prepared.rsa.get(), signature.data(), &written,
                                                digest.data(), digest.size())
                                : 0)
                : (prepared.ed25519 ? EVP_DigestSign(prepared.ed25519.get(), signature.data(),
                                                     &written, digest.data(), digest.size())
                                    : 0);
        if (done != 1 || written > size) return false;
        signature.resize(written);
        return true;
    }

    KeyHandle key;
    KeyType type;
    unsigned bits;
    std::size_t size; ///< of a signature, octets
    mutable PreparedPool idle;
};

namespace {

/// Signs and verifies once: a key whose parts do not belong together is found when it is loaded,
/// not by the receivers of mail.
bool verifies(EVP_PKEY* key, const Sha256& digest, const std::vector<std::uint8_t>& signature) {
    const Prepared prepared = prepare(key, KeyType::Rsa, Operation::Verify);
    return prepared.rsa && EVP_PKEY_verify(prepared.rsa.get(), signature.data(), signature.size(),
                                           digest.data(), digest.size()) == 1;
}

} // namespace

PrivateKey::PrivateKey(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

Result<PrivateKey> PrivateKey::parse(std::string_view text) {
    const ErrorScope errors;
    auto key = parse_private_key_text(text);
    if (!key) return tl::unexpected(key.error());
    const bool rsa = EVP_PKEY_get_id(key->get()) == EVP_PKEY_RSA;
    if (rsa) {
        const auto bits = static_cast<unsigned>(EVP_PKEY_get_bits(key->get()));
        if (bits < kMinRsaBits)
            return fail("RSA key of " + std::to_string(bits) +
                        " bits; receivers refuse less than 1024 (RFC 8301), 2048 is usual");
        if (bits > kMaxRsaBits)
            return fail("RSA key of " + std::to_string(bits) +
                        " bits; more than 16384 cannot be used");
    }
    PrivateKey parsed(
        std::make_unique<Impl>(std::move(*key), rsa ? KeyType::Rsa : KeyType::Ed25519));
    const Sha256 probe{};
    const auto signature = parsed.sign(probe);
    if (!signature) return tl::unexpected(signature.error());
    if (rsa && !verifies(parsed.impl_->key.get(), probe, *signature))
        return fail("damaged RSA private key: its private and public parts do not belong together");
    return parsed;
}

Result<PrivateKey> PrivateKey::generate(KeyType type, unsigned bits) {
    const ErrorScope errors;
    if (type == KeyType::Rsa && bits != 2048 && bits != 3072 && bits != 4096)
        return fail("RSA keys are made with 2048, 3072 or 4096 bits, not " + std::to_string(bits));
    KeyHandle key(type == KeyType::Rsa
                      ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits))
                      : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!key) return fail("no key made: " + ErrorScope::reason());
    return PrivateKey(std::make_unique<Impl>(std::move(key), type));
}

KeyType PrivateKey::type() const noexcept { return impl_->type; }
unsigned PrivateKey::bits() const noexcept { return impl_->bits; }

Result<std::vector<std::uint8_t>> PrivateKey::sign(const Sha256& digest) const {
    const ErrorScope errors;
    std::vector<std::uint8_t> signature;
    Prepared prepared = impl_->idle.borrow();
    if (!impl_->sign_with(prepared, digest, signature)) {
        // None idle, or one that OpenSSL does not let sign again (its rules for that vary between
        // versions): a fresh one decides.
        prepared = prepare(impl_->key.get(), impl_->type, Operation::Sign);
        if (!impl_->sign_with(prepared, digest, signature))
            return fail("the private key cannot sign: " + ErrorScope::reason());
    }
    impl_->idle.give_back(std::move(prepared));
    return signature;
}

std::vector<std::uint8_t> PrivateKey::public_key() const {
    const ErrorScope errors;
    if (impl_->type == KeyType::Ed25519) {
        std::vector<std::uint8_t> raw(32);
        std::size_t size = raw.size();
        invariant(EVP_PKEY_get_raw_public_key(impl_->key.get(), raw.data(), &size) == 1 &&
                      size == raw.size(),
                  "an Ed25519 key has a public part of 32 octets");
        return raw;
    }
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(impl_->key.get(), &der);
    invariant(size > 0, "an RSA key has a public part");
    std::vector<std::uint8_t> bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

std::string PrivateKey::pem() const {
    const ErrorScope errors;
    const BioHandle bio(BIO_new(BIO_s_secmem())); // cleansed when freed
    if (!bio) throw std::bad_alloc();
    invariant(PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->key.get(), nullptr, nullptr, 0,
                                            nullptr, nullptr) == 1,
              "a private key can be written as PKCS#8");
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

} // namespace postern::crypto
