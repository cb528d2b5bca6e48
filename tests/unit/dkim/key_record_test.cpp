#include "common/dkim/key_record.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::dkim {
namespace {

using testing_support::name_of;

constexpr const char* kKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="; // RFC 8463 A.2

struct Good {
    const char* name;
    std::string text;
    bool testing = false, strict = false, sha256 = true, email = true;
};
class GoodKeyRecord : public testing::TestWithParam<Good> {};

TEST_P(GoodKeyRecord, IsReadAsRfc6376Section361Says) {
    const Good& good = GetParam();
    const auto record = KeyRecord::parse(good.text);
    ASSERT_TRUE(record.has_value()) << record.error().message;
    EXPECT_EQ(record->type, crypto::KeyType::Ed25519);
    ASSERT_NE(record->key, nullptr);
    EXPECT_EQ(record->key->bits(), 256U);
    EXPECT_EQ(record->testing, good.testing);
    EXPECT_EQ(record->strict_identity, good.strict);
    EXPECT_EQ(record->allows_sha256, good.sha256);
    EXPECT_EQ(record->for_email, good.email);
}
std::string with(std::string_view tags) { return std::string(tags) + "k=ed25519; p=" + kKey; }
std::string without_folds(std::string_view before, std::string_view behind) {
    return std::string(before) + std::string(kKey).substr(0, 20) + std::string(behind) +
           std::string(kKey).substr(20);
}
INSTANTIATE_TEST_SUITE_P(
    Table, GoodKeyRecord,
    testing::Values(Good{"plain", with("v=DKIM1; ")}, Good{"no_version", with("")},
                    Good{"closing_semicolon", with("v=DKIM1;") + ";"},
                    Good{"white_space_everywhere",
                         " v = DKIM1 ;\t k = ed25519 ; p = " + std::string(kKey) + " "},
                    Good{"white_space_in_p", without_folds("k=ed25519; p=", " \t ")},
                    Good{"line_ends_in_p", without_folds("k=ed25519;\n p=", "\n")},
                    Good{"quotes_of_a_zone_file",
                         without_folds("\"v=DKIM1; k=ed25519; \" \"p=", "\" \"") + "\""},
                    Good{"escaped_semicolons", with("v=DKIM1\\; ")},
                    Good{"unknown_tags", with("v=DKIM1; x=1; y=2; ")},
                    Good{"granularity_of_rfc4871", with("v=DKIM1; g=joe; ")},
                    Good{"notes", with("v=DKIM1; n=hello=20world; ")},
                    Good{"empty_notes", with("n=; ")}, Good{"testing", with("t=y; "), true},
                    Good{"strict", with("t=s; "), false, true},
                    Good{"both_flags", with("t=s : y : x; "), true, true},
                    Good{"flags_are_whole_words", with("t=ys; ")},
                    Good{"sha256_only", with("h=sha256; ")},
                    Good{"sha1_only", with("h=sha1; "), false, false, false},
                    Good{"email", with("s=email; ")}, Good{"any_service", with("s=*; ")},
                    Good{"another_service", with("s=tlsrpt; "), false, false, true, false}),
    name_of);

struct Bad {
    const char* name;
    std::string text;
    const char* why;
};
class BadKeyRecord : public testing::TestWithParam<Bad> {};

TEST_P(BadKeyRecord, IsRefusedWithTheReason) {
    const auto record = KeyRecord::parse(GetParam().text);
    ASSERT_FALSE(record.has_value());
    EXPECT_EQ(record.error().message, GetParam().why);
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadKeyRecord,
    testing::Values(Bad{"empty", "", "no valid tag list"},
                    Bad{"spf", "v=spf1 -all", "v= is not DKIM1, or does not come first"},
                    Bad{"version_2", with("v=DKIM2; "), "v= is not DKIM1, or does not come first"},
                    Bad{"version_in_small_letters", with("v=dkim1; "),
                        "v= is not DKIM1, or does not come first"},
                    Bad{"version_later",
                        "k=ed25519; v=DKIM1; p=", "v= is not DKIM1, or does not come first"},
                    Bad{"no_key", "v=DKIM1; k=rsa", "p= is missing"},
                    Bad{"p_twice", with("p=; "), "no valid tag list"},
                    Bad{"unknown_type", "k=x448; p=AAAA", "k= is neither rsa nor ed25519"},
                    Bad{"type_in_capitals", "k=RSA; p=AAAA", "k= is neither rsa nor ed25519"},
                    Bad{"no_base64", "p=####", "p= is not base64: unexpected character"},
                    Bad{"cut_base64", "p=AAAAA", "p= is not base64: wrong length or padding"},
                    Bad{"ed25519_called_rsa", "p=" + std::string(kKey), "p= is no RSA public key"},
                    Bad{"not_utf8", with("n=\xFF; "), "no valid tag list"}),
    name_of);

TEST(RevokedKeyRecord, IsARecordWithoutAKey) {
    for (const char* text : {"v=DKIM1; p=", "p= ;", "v=DKIM1; k=ed25519; p=; t=y"}) {
        const auto record = KeyRecord::parse(text);
        ASSERT_TRUE(record.has_value()) << text;
        EXPECT_EQ(record->key, nullptr);
    }
}

} // namespace
} // namespace postern::dkim
