#include "common/base/text.hpp"

#include <gmock/gmock.h>

#include <array>

namespace postern {
namespace {

using testing::ElementsAre;

TEST(Text, ComparesAsciiWithoutCaseAndOctetsExactly) {
    EXPECT_TRUE(iequals("DKIM-Signature", "dkim-signature"));
    EXPECT_FALSE(iequals("\xC3\x84", "\xC3\xA4")) << "only ASCII letters have a case";
    EXPECT_TRUE(istarts_with("IPv6:2001:db8::1", "ipv6:"));
    EXPECT_TRUE(iends_with("mail.EXAMPLE.org", ".example.org"));
    EXPECT_FALSE(iends_with("org", "example.org"));
}

TEST(Text, TrimsSpacesTabsAndLineEnds) {
    EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
    EXPECT_EQ(trim(" \n"), "");
}

TEST(Text, SplitKeepsEmptyPiecesAndSplitListDoesNot) {
    EXPECT_THAT(split("a: b::c", ':'), ElementsAre("a", "b", "", "c"));
    EXPECT_THAT(split("", ':'), ElementsAre(""));
    EXPECT_THAT(split_list(" a, b\n\tc,,d "), ElementsAre("a", "b", "c", "d"));
    EXPECT_THAT(split_list(" ,"), ElementsAre());
}

TEST(Text, NumbersAreWholeOrNothing) {
    EXPECT_EQ(parse_number<int>("42"), 42);
    EXPECT_EQ(parse_number<int>("42 "), std::nullopt);
    EXPECT_EQ(parse_number<int>(""), std::nullopt);
    EXPECT_EQ(parse_number<unsigned>("-1"), std::nullopt);
    EXPECT_EQ(parse_number<std::uint8_t>("256"), std::nullopt);
    EXPECT_EQ(parse_number<unsigned>("660", 8), 0660U);
}

TEST(Text, Utf8FollowsRfc3629) {
    EXPECT_TRUE(is_utf8("plain"));
    EXPECT_TRUE(is_utf8("b\xC3\xBC"
                        "cher"));
    EXPECT_TRUE(is_utf8("\xF0\x9F\x93\xAC"));
    EXPECT_FALSE(is_utf8("\xC0\xAF")) << "overlong";
    EXPECT_FALSE(is_utf8("\xED\xA0\x80")) << "surrogate";
    EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80")) << "above U+10FFFF";
    EXPECT_FALSE(is_utf8("\xE2\x82")) << "cut";
}

TEST(Text, NearestFindsTheLikelyMeaningOnly) {
    constexpr std::array<std::string_view, 3> kNames{"listen", "key-table", "signing-table"};
    EXPECT_EQ(nearest("signingtable", kNames), "signing-table");
    EXPECT_EQ(nearest("lisen", kNames), "listen");
    EXPECT_EQ(nearest("canonicalization", kNames), "");
}

} // namespace
} // namespace postern
