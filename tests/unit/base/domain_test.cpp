#include "common/base/domain.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(Domain, ALabelsOfUnicodeNames) {
    EXPECT_EQ(*to_a_labels("Example.ORG."), "example.org");
    EXPECT_EQ(*to_a_labels("b\xC3\xBC"
                           "cher.example"),
              "xn--bcher-kva.example");
    EXPECT_EQ(*to_a_labels("B\xC3\x9C"
                           "CHER.example"),
              "xn--bcher-kva.example");
    // UTS 46 non-transitional keeps the sharp s (RFC 5892 2.6 lists U+00DF as PVALID).
    EXPECT_EQ(*to_a_labels("fa\xC3\x9F.example"), "xn--fa-hia.example");
    EXPECT_EQ(*to_a_labels("_domainkey.example"), "_domainkey.example");
}

TEST(Domain, RefusesWhatDnsCannotHold) {
    EXPECT_FALSE(to_a_labels("").has_value());
    EXPECT_FALSE(to_a_labels("a..b").has_value());
    EXPECT_FALSE(to_a_labels(".a").has_value());
    EXPECT_FALSE(to_a_labels("a b.example").has_value());
    EXPECT_FALSE(to_a_labels(std::string(64, 'a') + ".example").has_value());
    EXPECT_FALSE(to_a_labels("\xFF.example").has_value());
    std::string long_name;
    for (int i = 0; i < 64; ++i)
        long_name += "abc.";
    EXPECT_FALSE(to_a_labels(long_name + "de").has_value());
}

TEST(Domain, BelowMeansOnALabelBoundary) {
    EXPECT_TRUE(is_same_or_below("Example.org", "example.ORG"));
    EXPECT_TRUE(is_same_or_below("a.example.org", "example.org"));
    EXPECT_FALSE(is_same_or_below("notexample.org", "example.org"));
    EXPECT_FALSE(is_same_or_below("org", "example.org"));
    EXPECT_FALSE(is_same_or_below("example.org", ""));
    EXPECT_EQ(parent_domain("a.b.c"), "b.c");
    EXPECT_EQ(parent_domain("c"), "");
}

} // namespace
} // namespace postern
