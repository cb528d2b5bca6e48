#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

struct Case {
    const char* name;
    std::string_view plain, encoded;
};
class Base64 : public testing::TestWithParam<Case> {};

TEST_P(Base64, MatchesRfc4648Section10) {
    EXPECT_EQ(base64_encode(as_bytes(GetParam().plain)), GetParam().encoded);
    const auto decoded = base64_decode(GetParam().encoded);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(as_text(*decoded), GetParam().plain);
}
INSTANTIATE_TEST_SUITE_P(Table, Base64,
                         testing::Values(Case{"empty", "", ""}, Case{"f", "f", "Zg=="},
                                         Case{"fo", "fo", "Zm8="}, Case{"foo", "foo", "Zm9v"},
                                         Case{"foob", "foob", "Zm9vYg=="},
                                         Case{"fooba", "fooba", "Zm9vYmE="},
                                         Case{"foobar", "foobar", "Zm9vYmFy"}),
                         testing_support::name_of);

TEST(Base64Decode, IgnoresFoldingWhiteSpaceAsDkimAsks) {
    const auto decoded = base64_decode(" Zm9v\r\n\tYmFy ");
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(as_text(*decoded), "foobar");
}

TEST(Base64Decode, RefusesWhatIsNotBase64) {
    for (const std::string_view bad :
         {"Zg", "Zg=", "Zg===", "Z", "Zh==", "Zm9=", "Zm-v", "Zg==Zg==", "=", "===="})
        EXPECT_FALSE(base64_decode(bad).has_value()) << bad;
}

// As Python's base64 and Perl's MIME::Base64 decode.
TEST(Base64Decode, PassesOverBitsLeftOverWhereAsked) {
    for (const std::string_view odd : {"Zh==", "Zg=="})
        EXPECT_EQ(as_text(*base64_decode(odd, LeftoverBits::Ignored)), "f");
    EXPECT_EQ(as_text(*base64_decode("Zm9=", LeftoverBits::Ignored)), "fo");
    EXPECT_FALSE(base64_decode("Zg=", LeftoverBits::Ignored).has_value());
}

} // namespace
} // namespace postern
