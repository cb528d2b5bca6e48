#include "common/crypto/public_key.hpp"

#include "common/crypto/key_contexts.hpp"
#include "common/crypto/openssl_error.hpp"
#include "common/crypto/rsa_public_der.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <bit>

namespace postern::crypto {
namespace {

constexpr std::size_t kMinRsaBits = 256;   // below, PKCS #1 v1.5 with SHA-256 has no room
constexpr std::size_t kMaxRsaBits = 16384; // OpenSSL's own bound, OPENSSL_RSA_MAX_MODULUS_BITS
constexpr std::size_t kEd25519Octets = 32;

struct NumberFree {
    void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
using NumberHandle = std::unique_ptr<BIGNUM, NumberFree>;
struct BuilderFree {
    void operator()(OSSL_PARAM_BLD* builder) const noexcept { OSSL_PARAM_BLD_free(builder); }
};
struct ParamsFree {
    void operator()(OSSL_PARAM* params) const noexcept { OSSL_PARAM_free(params); }
};

NumberHandle number_of(std::span<const std::uint8_t> octets) {
    return NumberHandle(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

std::size_t bits_of(std::span<const std::uint8_t> number) {
    return number.empty()
               ? 0
               : (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(number[0]));
}

Result<void> check(const RsaNumbers& numbers) {
    const std::size_t bits = bits_of(numbers.modulus);
    if (bits < kMinRsaBits) return fail("an RSA modulus of less than 256 bits");
    if (bits > kMaxRsaBits) return fail("an RSA modulus of more than 16384 bits");
    if ((numbers.modulus.back() & 1) == 0) return fail("an even RSA modulus");
    const std::size_t exponent_bits = bits_of(numbers.exponent);
    if (exponent_bits > 32) return fail("an RSA exponent above 2^32");
    if (exponent_bits < 2 || (numbers.exponent.back() & 1) == 0)
        return fail("an RSA exponent that is even or 1");
    return {};
}

KeyHandle make_rsa(const RsaNumbers& numbers) {
    const NumberHandle modulus = number_of(numbers.modulus);
    const NumberHandle exponent = number_of(numbers.exponent);
    const std::unique_ptr<OSSL_PARAM_BLD, BuilderFree> builder(OSSL_PARAM_BLD_new());
    if (!modulus || !exponent || !builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
        return nullptr;
    const std::unique_ptr<OSSL_PARAM, ParamsFree> params(OSSL_PARAM_BLD_to_param(builder.get()));
    const ContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
        return nullptr;
    return KeyHandle(key);
}

bool verify_with(const Prepared& prepared, const Sha256& digest,
                 std::span<const std::uint8_t> signature) {
    if (prepared.rsa)
        return EVP_PKEY_verify(prepared.rsa.get(), signature.data(), signature.size(),
                               digest.data(), digest.size()) == 1;
    return prepared.ed25519 &&
           EVP_DigestVerify(prepared.ed25519.get(), signature.data(), signature.size(),
                            digest.data(), digest.size()) == 1;
}

} // namespace

struct PublicKey::Impl {
    Impl(KeyHandle handle, KeyType kind)
        : key(std::move(handle)), type(kind),
          bits(kind == KeyType::Ed25519 ? 256U
                                        : static_cast<unsigned>(EVP_PKEY_get_bits(key.get()))),
          signature_size(static_cast<std::size_t>(EVP_PKEY_get_size(key.get()))) {}

    KeyHandle key;
    KeyType type;
    unsigned bits;
    std::size_t signature_size; ///< octets
    mutable PreparedPool idle;
};

PublicKey::PublicKey(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey& PublicKey::operator=(PublicKey&&) noexcept = default;
PublicKey::~PublicKey() = default;

Result<PublicKey> PublicKey::parse(KeyType type, std::span<const std::uint8_t> octets) {
    const ErrorScope errors;
    KeyHandle key;
    if (type == KeyType::Ed25519) {
        if (octets.size() != kEd25519Octets) return fail("an Ed25519 key that has not 32 octets");
        key.reset(
            EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets.data(), octets.size()));
    } else {
        const auto numbers = parse_rsa_public_der(octets);
        if (!numbers) return tl::unexpected(numbers.error());
        if (const auto fine = check(*numbers); !fine) return tl::unexpected(fine.error());
        key = make_rsa(*numbers);
    }
    if (!key) return fail("a key that OpenSSL does not take");
    return PublicKey(std::make_unique<Impl>(std::move(key), type));
}

KeyType PublicKey::type() const noexcept { return impl_->type; }
unsigned PublicKey::bits() const noexcept { return impl_->bits; }

bool PublicKey::verify(const Sha256& digest, std::span<const std::uint8_t> signature) const {
    if (signature.size() != impl_->signature_size) return false;
    const ErrorScope errors;
    Prepared prepared = impl_->idle.borrow();
    bool verified = verify_with(prepared, digest, signature);
    if (!verified) {
        // None idle, or one that OpenSSL does not let verify again (its rules for that vary between
        // versions), or a signature that is wrong indeed: a fresh one decides.
        prepared = prepare(impl_->key.get(), impl_->type, Operation::Verify);
        verified = verify_with(prepared, digest, signature);
    }
    impl_->idle.give_back(std::move(prepared));
    return verified;
}

} // namespace postern::crypto
