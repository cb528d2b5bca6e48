#include "tools/postern/key_record.hpp"

#include <gmock/gmock.h>

namespace postern::tool {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// RFC 8463 appendix A.2: this private key has this record.
constexpr const char* kBrisbanePem = "-----BEGIN PRIVATE KEY-----\n"
                                     "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMc"
                                     "rn9g\n-----END PRIVATE KEY-----\n";

TEST(KeyRecord, OfEd25519IsThatOfRfc8463AppendixA2) {
    const auto key = crypto::PrivateKey::parse(kBrisbanePem);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key_record_text(*key),
              "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

TEST(KeyRecord, OfRsaIsSubjectPublicKeyInfo) {
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::Rsa, 2048);
    ASSERT_TRUE(key);
    // The DER of every 2048 bit key with exponent 65537 begins so (as in any such record in the
    // DNS).
    EXPECT_THAT(key_record_text(*key),
                StartsWith("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"));
}

TEST(ZoneEntry, OfAShortTextIsOneLine) {
    EXPECT_EQ(zone_entry("s._domainkey.example.org", "v=DKIM1; p=AA=="),
              "s._domainkey.example.org. IN TXT \"v=DKIM1; p=AA==\"\n");
}

TEST(ZoneEntry, OfALongTextHasStringsOf255OctetsInParentheses) {
    const std::string text = std::string(255, 'a') + std::string(255, 'b') + "c";
    EXPECT_EQ(zone_entry("n", text), "n. IN TXT (\n        \"" + std::string(255, 'a') +
                                         "\"\n        \"" + std::string(255, 'b') +
                                         "\"\n        \"c\"\n        )\n");
}

TEST(ZoneEntry, QuotesWhatEndsAString) {
    EXPECT_THAT(zone_entry("n", R"(a"b\c)"), HasSubstr(R"("a\"b\\c")"));
}

TEST(SplitTxt, LosesNothingAtTheLimit) {
    EXPECT_EQ(split_txt(std::string(255, 'a')).size(), 1U);
    EXPECT_EQ(split_txt(std::string(256, 'a')).size(), 2U);
    EXPECT_EQ(split_txt("").size(), 1U); // a TXT record has at least one string
}

} // namespace
} // namespace postern::tool
