// Public keys against OpenSSL's own reading of the same key files, and against what nobody should
// send.
#include "common/base/base64.hpp"
#include "common/crypto/public_key.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/crypto/key_files.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <atomic>
#include <thread>

namespace postern::crypto {
namespace {

using namespace testing_support;

/// Made by: printf abc | openssl dgst -sha256 -binary | openssl pkeyutl -sign -pkeyopt
/// digest:sha256 with the RSA key of RFC 8463 A.1.
constexpr const char* kRsaSignature =
    "cSusaB1Q4kCwg6taq2M+H1YMMGVBEN8yI8KlVnR6q+EC7dO7BrxE/"
    "WIYZ50Lawt8SLviADgStok3AabMP3nAe+dsDMTn+vjc14sZbT7aBOi8v8OJP1X/"
    "pxK8nTePq0R4GRyw1nTYBypMvUv/kXFsysmP86ZDhBrmn3/J+24zdfA=";

using Octets = std::vector<std::uint8_t>;

Octets octets_of(std::string_view base64) {
    auto octets = base64_decode(base64);
    EXPECT_TRUE(octets.has_value());
    return octets ? *octets : Octets();
}

/// What stands between the lines of a PEM file.
Octets der_of(const std::string& file) {
    std::string text = key_file(file);
    text.erase(0, text.find('\n'));
    text.resize(text.rfind("-----END"));
    return octets_of(text);
}

TEST(RsaPublicKey, VerifiesWhatOpensslPkeyutlSigned) {
    const auto key = PublicKey::parse(KeyType::Rsa, octets_of(kRfc8463RsaPublic));
    ASSERT_TRUE(key.has_value()) << key.error().message;
    EXPECT_EQ(key->bits(), 1024U);
    EXPECT_EQ(key->type(), KeyType::Rsa);
    Octets signature = octets_of(kRsaSignature);
    for (int i = 0; i < 3; ++i) { // the first prepares a context, later ones use it again
        EXPECT_TRUE(key->verify(sha256("abc"), signature));
        EXPECT_FALSE(key->verify(sha256("abd"), signature));
    }
    signature[5] ^= 1;
    EXPECT_FALSE(key->verify(sha256("abc"), signature));
    signature[5] ^= 1;
    signature.push_back(0);
    EXPECT_FALSE(key->verify(sha256("abc"), signature));
    EXPECT_FALSE(key->verify(sha256("abc"), {}));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

// RFC 6376 3.6.1 by the letter; SubjectPublicKeyInfo is what everybody publishes.
TEST(RsaPublicKey, IsReadFromBothForms) {
    const auto signer = PrivateKey::parse(key_file("rsa2048_pkcs8.pem"));
    ASSERT_TRUE(signer.has_value());
    const auto signature = signer->sign(sha256("x"));
    ASSERT_TRUE(signature.has_value());
    for (const char* file : {"rsa2048_public.pem", "rsa2048_public_pkcs1.pem"}) {
        Octets der = der_of(file);
        for (int more = 0; more < 2; ++more) {
            const auto key = PublicKey::parse(KeyType::Rsa, der);
            ASSERT_TRUE(key.has_value()) << file << ": " << key.error().message;
            EXPECT_EQ(key->bits(), 2048U);
            EXPECT_TRUE(key->verify(sha256("x"), *signature));
            der.push_back(0); // octets behind the key mean nothing
        }
    }
}

TEST(Ed25519PublicKey, VerifiesPureEdDsaOverTheDigest) {
    const auto signer = PrivateKey::parse(kRfc8463Seed);
    const auto key = PublicKey::parse(KeyType::Ed25519, octets_of(kRfc8463Ed25519Public));
    ASSERT_TRUE(signer && key);
    EXPECT_EQ(key->bits(), 256U);
    for (const std::string_view text : {"a", "b", "a"}) {
        auto signature = *signer->sign(sha256(text));
        EXPECT_TRUE(key->verify(sha256(text), signature));
        EXPECT_FALSE(key->verify(sha256("c"), signature));
        signature[63] ^= 0x20;
        EXPECT_FALSE(key->verify(sha256(text), signature));
        signature.pop_back();
        EXPECT_FALSE(key->verify(sha256(text), signature));
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

struct Refused {
    const char* name;
    Octets der;
    const char* why;
};
class RefusedPublicKey : public testing::TestWithParam<Refused> {};

TEST_P(RefusedPublicKey, IsAnErrorThatSaysWhy) {
    const auto key = PublicKey::parse(KeyType::Rsa, GetParam().der);
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ(key.error().message, GetParam().why);
}
Octets cut_to(std::size_t size) {
    Octets der = octets_of(kRfc8463RsaPublic);
    der.resize(size);
    return der;
}
Octets numbers(const Octets& modulus, const Octets& exponent) {
    Octets der{0x30, static_cast<std::uint8_t>(4 + modulus.size() + exponent.size()), 0x02,
               static_cast<std::uint8_t>(modulus.size())};
    der.insert(der.end(), modulus.begin(), modulus.end());
    der.insert(der.end(), {0x02, static_cast<std::uint8_t>(exponent.size())});
    der.insert(der.end(), exponent.begin(), exponent.end());
    return der;
}
Octets modulus_of(std::size_t octets, std::uint8_t last = 1) {
    Octets modulus(octets, 0x77);
    modulus.back() = last;
    return modulus;
}
INSTANTIATE_TEST_SUITE_P(
    Table, RefusedPublicKey,
    testing::Values(
        Refused{"nothing", {}, "no RSA public key"},
        Refused{"one_octet", {0x30}, "no RSA public key"},
        Refused{"endless_length", {0x30, 0x80, 0x02, 0x01}, "no RSA public key"},
        Refused{"length_of_four_octets", {0x30, 0x84, 0, 0, 0, 1, 2}, "no RSA public key"},
        Refused{"length_beyond_the_end", {0x30, 0x83, 0xFF, 0xFF, 0xFF}, "no RSA public key"},
        Refused{"cut_in_the_numbers", cut_to(100), "no RSA public key"},
        Refused{"no_exponent", {0x30, 0x03, 0x02, 0x01, 0x05}, "no RSA public key"},
        Refused{"ed25519_in_spki",
                octets_of("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="),
                "a key of another type than RSA"},
        Refused{"zero", numbers({0}, {3}), "an RSA modulus of less than 256 bits"},
        Refused{"small", numbers(modulus_of(31), {3}), "an RSA modulus of less than 256 bits"},
        Refused{"even_modulus", numbers(modulus_of(64, 2), {3}), "an even RSA modulus"},
        Refused{"exponent_0", numbers(modulus_of(64), {0}), "an RSA exponent that is even or 1"},
        Refused{"exponent_1", numbers(modulus_of(64), {1}), "an RSA exponent that is even or 1"},
        Refused{"exponent_4", numbers(modulus_of(64), {4}), "an RSA exponent that is even or 1"},
        Refused{"exponent_of_33_bits", numbers(modulus_of(64), {1, 0, 0, 0, 1}),
                "an RSA exponent above 2^32"}),
    name_of);

TEST(PublicKey, IsParsedFromAnyPrefixAndAnyFlippedBitWithoutHarm) {
    const Octets der = octets_of(kRfc8463RsaPublic);
    for (std::size_t size = 0; size < der.size(); ++size)
        EXPECT_FALSE(PublicKey::parse(KeyType::Rsa, cut_to(size)).has_value()) << size;
    const Octets signature = octets_of(kRsaSignature);
    for (std::size_t bit = 0; bit < der.size() * 8; ++bit) {
        Octets other = der;
        other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (1U << bit % 8));
        const auto key = PublicKey::parse(KeyType::Rsa, other);
        // The algorithm's parameters and the sizes of what is around mean nothing.
        if (key && bit / 8 > 30) {
            EXPECT_FALSE(key->verify(sha256("abc"), signature)) << bit;
        }
    }
}

TEST(PublicKeyVerify, MayBeCalledByManyThreadsAtOnce) {
    const auto rsa = PublicKey::parse(KeyType::Rsa, octets_of(kRfc8463RsaPublic));
    const auto ed25519 = PublicKey::parse(KeyType::Ed25519, octets_of(kRfc8463Ed25519Public));
    ASSERT_TRUE(rsa && ed25519);
    const Octets rsa_signature = octets_of(kRsaSignature);
    const Octets ed25519_signature = *PrivateKey::parse(kRfc8463Seed)->sign(sha256("abc"));
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 24; ++t) // more than contexts are kept
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) {
                if (!rsa->verify(sha256("abc"), rsa_signature)) ++wrong;
                if (!ed25519->verify(sha256("abc"), ed25519_signature)) ++wrong;
                if (ed25519->verify(sha256("x"), ed25519_signature)) ++wrong;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, 0);
}

} // namespace
} // namespace postern::crypto
