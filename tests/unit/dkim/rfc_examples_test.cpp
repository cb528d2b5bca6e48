// The signed messages of RFC 6376 A.2 and RFC 8463 A.3: what we hash for the RFCs' own fields is
// what their keys signed.
#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/dkim/signature.hpp"
#include "common/dkim/signed_fields.hpp"
#include "common/dkim/signer.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/dkim/example_keys.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace postern::dkim {
namespace {

using namespace testing_support;
using message::Canonicalization;

struct Example {
    const char* name;
    KeyPointer (*key)();
    std::string_view field; ///< up to and with "b="
    std::string_view signature;
};
class Rfc8463Example : public testing::TestWithParam<Example> {};

// Both algorithms are deterministic, so the RFC's octets are the only right ones.
TEST_P(Rfc8463Example, GivesTheRfcsSignature) {
    const auto fields =
        SignatureFields::parse(std::string(GetParam().field) + std::string(GetParam().signature));
    ASSERT_TRUE(fields.has_value()) << fields.error().message;
    EXPECT_EQ(base64_encode(fields->body_hash), kRfcBodyHash);
    EXPECT_EQ(fields->identity, "@football.example.com");
    EXPECT_EQ(fields->timestamp, 1528637909);

    std::string canonical;
    append_signed_fields(canonical, rfc_headers(), fields->headers, fields->header);
    crypto::Sha256Stream stream;
    const auto key = GetParam().key();
    ASSERT_NE(key, nullptr);
    const auto signature =
        key->sign(header_hash(stream, canonical, GetParam().field, fields->header));
    ASSERT_TRUE(signature.has_value());
    EXPECT_EQ(base64_encode(*signature), GetParam().signature);
    EXPECT_EQ(*signature, fields->signature);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Rfc8463Example,
    testing::Values(
        Example{"ed25519", rfc8463_ed25519,
                " v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                " d=football.example.com; i=@football.example.com;\r\n"
                " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                " subject : date : message-id : from : subject : date;\r\n"
                " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                " b=",
                "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+"
                "eXdp1Q1Dw=="},
        Example{"rsa", rfc8463_rsa,
                " v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                " d=football.example.com; i=@football.example.com;\r\n"
                " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
                " date : message-id : from : subject : date;\r\n"
                " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                " b=",
                "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+"
                "FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFY"
                "NcUxZQ4FADY+8="}),
    name_of);

// RFC 6376 A.2 comes without its private key: the public one (of the key record that RFC 4871 C and
// the test suites of other implementations have) must accept what we hash. The white space of the
// folds, which simple/simple covers and the RFC's layout has changed, is as in the suites of
// go-msgauth and dkim_verifier (both MIT).
TEST(Rfc6376Example, VerifiesWithItsPublicKey) {
    constexpr std::string_view kField =
        " v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
        "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
        "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
        "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
        "      b=;";
    const auto signature =
        base64_decode("AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB"
                      "4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut"
                      "KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV4bmp/YzhwvcubU4=");
    const auto record =
        base64_decode("MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/"
                      "DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4j"
                      "YfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/"
                      "NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB");
    ASSERT_TRUE(signature && record);

    message::HeaderBlock headers;
    headers.add("Received", " from client1.football.example.com  [192.0.2.1]\r\n"
                            "      by submitserver.example.com with SUBMISSION;\r\n"
                            "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)");
    const auto rest = rfc_headers();
    for (std::size_t i = 0; i < rest.size(); ++i)
        headers.add(rest[i].name, rest[i].value);
    std::string canonical;
    append_signed_fields(
        canonical, headers,
        std::vector<std::string>{"Received", "From", "To", "Subject", "Date", "Message-ID"},
        Canonicalization::Simple);
    crypto::Sha256Stream stream;
    const crypto::Sha256 hash = header_hash(stream, canonical, kField, Canonicalization::Simple);

    const unsigned char* at = record->data();
    EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, static_cast<long>(record->size()));
    ASSERT_NE(key, nullptr);
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
    EVP_PKEY_verify_init(context);
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
    EXPECT_EQ(
        EVP_PKEY_verify(context, signature->data(), signature->size(), hash.data(), hash.size()),
        1);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
}

TEST(Rfc6376Example, GivesTheRfcsBodyHashInBothForms) {
    for (const Canonicalization form : {Canonicalization::Simple, Canonicalization::Relaxed}) {
        Signer signer({{.domain = "example.com", .selector = "brisbane", .key = rfc8463_ed25519()}},
                      {.body = form}, 1);
        signer.body(kRfcBody);
        const auto fields = signer.finish(rfc_headers());
        ASSERT_TRUE(fields.has_value());
        const auto parsed = SignatureFields::parse(fields->front().value);
        ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
        EXPECT_EQ(base64_encode(parsed->body_hash), kRfcBodyHash);
    }
}

// RFC 6376 3.4.5: the empty body.
TEST(Rfc6376EmptyBody, HashesAsTheRfcSays) {
    const auto body_hash = [](Canonicalization form) {
        Signer signer({{.domain = "example.com", .selector = "s", .key = rfc8463_ed25519()}},
                      {.body = form}, 1);
        const auto fields = signer.finish(rfc_headers());
        return base64_encode(SignatureFields::parse(fields->front().value)->body_hash);
    };
    EXPECT_EQ(body_hash(Canonicalization::Simple), "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
    EXPECT_EQ(body_hash(Canonicalization::Relaxed), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

} // namespace
} // namespace postern::dkim
