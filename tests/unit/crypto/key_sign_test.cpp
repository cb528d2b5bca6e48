#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/crypto/key.hpp"
#include "tests/unit/crypto/key_files.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <atomic>
#include <thread>

namespace postern::crypto {
namespace {

using namespace testing_support;

std::string signature_of(const PrivateKey& key, std::string_view text) {
    const auto signature = key.sign(sha256(text));
    EXPECT_TRUE(signature.has_value());
    return signature ? base64_encode(*signature) : std::string();
}

// RSASSA-PKCS1-v1_5 is deterministic. Expected value: openssl pkeyutl -sign -pkeyopt digest:sha256.
TEST(RsaSignature, IsThatOfOpensslPkeyutl) {
    const auto key = PrivateKey::parse(key_file("rfc8463_rsa.pem"));
    ASSERT_TRUE(key.has_value());
    constexpr const char* kExpected =
        "cSusaB1Q4kCwg6taq2M+H1YMMGVBEN8yI8KlVnR6q+EC7dO7BrxE/"
        "WIYZ50Lawt8SLviADgStok3AabMP3nAe+dsDMTn+vjc14sZbT7aBOi8v8OJP1X/"
        "pxK8nTePq0R4GRyw1nTYBypMvUv/kXFsysmP86ZDhBrmn3/J+24zdfA=";
    for (int i = 0; i < 3; ++i) // the first prepares a context, later ones use it again
        EXPECT_EQ(signature_of(*key, "abc"), kExpected);
}

// RFC 8463 3: PureEdDSA over the 32 octets of the digest. Checked by the one-shot interface of
// OpenSSL with the public key of RFC 8463 A.2; the RFC's own b= is in the tests of dkim.
TEST(Ed25519Signature, VerifiesOverTheOctetsOfTheDigest) {
    const auto key = PrivateKey::parse(kRfc8463Seed);
    ASSERT_TRUE(key.has_value());
    const auto published = base64_decode(kRfc8463Ed25519Public);
    ASSERT_TRUE(published.has_value());
    EVP_PKEY* verifier = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, published->data(),
                                                     published->size());
    for (const std::string_view text : {"a", "b", "a"}) {
        const Sha256 digest = sha256(text);
        const auto signature = key->sign(digest);
        ASSERT_TRUE(signature.has_value());
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, verifier);
        EXPECT_EQ(EVP_DigestVerify(context, signature->data(), signature->size(), digest.data(),
                                   digest.size()),
                  1);
        EVP_MD_CTX_free(context);
    }
    EVP_PKEY_free(verifier);
    EXPECT_EQ(signature_of(*key, "a"), signature_of(*key, "a"));
    EXPECT_NE(signature_of(*key, "a"), signature_of(*key, "b"));
}

TEST(PrivateKeySign, MayBeCalledByManyThreadsAtOnce) {
    for (const std::string& text : {key_file("rfc8463_rsa.pem"), std::string(kRfc8463Seed)}) {
        const auto key = PrivateKey::parse(text);
        ASSERT_TRUE(key.has_value());
        std::vector<std::string> expected;
        for (int i = 0; i < 20; ++i)
            expected.push_back(signature_of(*key, std::to_string(i)));
        std::atomic<int> wrong{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 24; ++t) // more than contexts are kept
            threads.emplace_back([&] {
                for (int i = 0; i < 20; ++i) {
                    const auto signature = key->sign(sha256(std::to_string(i)));
                    if (!signature ||
                        base64_encode(*signature) != expected[static_cast<std::size_t>(i)])
                        ++wrong;
                    if (ERR_peek_error() != 0) ++wrong;
                }
            });
        for (std::thread& thread : threads)
            thread.join();
        EXPECT_EQ(wrong, 0);
    }
}

TEST(PrivateKeyGenerate, MakesKeysThatComeBackFromTheirPem) {
    for (const auto& [type, bits] : {std::pair{KeyType::Rsa, 2048U}, {KeyType::Ed25519, 256U}}) {
        const auto made = PrivateKey::generate(type, bits);
        ASSERT_TRUE(made.has_value()) << made.error().message;
        EXPECT_EQ(made->bits(), bits);
        const std::string pem = made->pem();
        EXPECT_TRUE(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        const auto read = PrivateKey::parse(pem);
        ASSERT_TRUE(read.has_value()) << read.error().message;
        EXPECT_EQ(read->type(), type);
        EXPECT_EQ(read->public_key(), made->public_key());
        EXPECT_EQ(signature_of(*read, "abc"), signature_of(*made, "abc"));
    }
}

TEST(PrivateKeyGenerate, RefusesOtherSizes) {
    for (const unsigned bits : {0U, 512U, 1024U, 2047U, 8192U})
        EXPECT_FALSE(PrivateKey::generate(KeyType::Rsa, bits).has_value()) << bits;
}

} // namespace
} // namespace postern::crypto
