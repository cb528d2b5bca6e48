#include "common/base/text.hpp"
#include "common/dkim/header_selection.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace postern::dkim {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Names = std::vector<std::string>;

struct Case {
    const char* name;
    std::string_view sign, oversign;
    Names signs, oversigns;
};
class ExplicitLists : public testing::TestWithParam<Case> {};

TEST_P(ExplicitLists, AreTakenAsWrittenWithFromInBoth) {
    const auto selection = HeaderSelection::parse(GetParam().sign, GetParam().oversign);
    ASSERT_TRUE(selection.has_value()) << selection.error().message;
    EXPECT_EQ(selection->sign, GetParam().signs);
    EXPECT_EQ(selection->oversign, GetParam().oversigns);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ExplicitLists,
    testing::Values(
        Case{"nothing_means_from", "", "", {"From"}, {"From"}},
        Case{"commas", "From,To,Subject", "From", {"From", "To", "Subject"}, {"From"}},
        Case{"blanks", "From To\tSubject", "", {"From", "To", "Subject"}, {"From"}},
        Case{"from_is_added", "To", "To", {"From", "To"}, {"From", "To"}},
        Case{"from_in_any_case", "to, FROM", "from", {"to", "FROM"}, {"from"}},
        Case{"twice_counts_once", "From,To,to,TO", "To,to", {"From", "To"}, {"From", "To"}},
        Case{"oversigned_is_signed", "From", "Subject", {"From", "Subject"}, {"From", "Subject"}},
        Case{"odd_but_valid",
             "X_1!#$%&'+-/=?^`{|}~",
             "",
             {"From", "X_1!#$%&'+-/=?^`{|}~"},
             {"From"}}),
    testing_support::name_of);

TEST(DeltaLists, ChangeTheDefault) {
    const auto defaults = HeaderSelection::defaults();
    EXPECT_EQ(*HeaderSelection::parse("*", "*"), defaults);

    const auto changed = HeaderSelection::parse("*,+X-Mailer,-Reply-To,Received", "*,-reply-to");
    ASSERT_TRUE(changed.has_value());
    EXPECT_THAT(changed->sign, Contains("X-Mailer"));
    EXPECT_THAT(changed->sign, Contains("Received"));
    EXPECT_THAT(changed->sign, Not(Contains("Reply-To")));
    EXPECT_THAT(changed->oversign, Not(Contains("Reply-To")));
    EXPECT_EQ(changed->sign.size(), defaults.sign.size() + 1);
    EXPECT_EQ(changed->oversign.size(), defaults.oversign.size() - 1);
}

TEST(DeltaLists, CannotTakeFromAway) {
    const auto selection = HeaderSelection::parse("*,-From", "*,-from");
    ASSERT_TRUE(selection.has_value());
    EXPECT_THAT(selection->sign, Contains("From"));
    EXPECT_THAT(selection->oversign, Contains("From"));
}

struct Bad {
    const char* name;
    std::string sign, oversign;
    const char* says;
};
class BadLists : public testing::TestWithParam<Bad> {};

TEST_P(BadLists, AreRefusedWithListAndWord) {
    const auto selection = HeaderSelection::parse(GetParam().sign, GetParam().oversign);
    ASSERT_FALSE(selection.has_value());
    EXPECT_THAT(selection.error().message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadLists,
    testing::Values(Bad{"colon", "From,To:Cc", "", "signed header fields: \"To:Cc\""},
                    Bad{"semicolon", "From;To", "", "\"From;To\""},
                    Bad{"not_ascii", "*,+Betreff-\xC3\xBC", "", "not the name"},
                    Bad{"plus_without_star", "From,+To", "", "needs a \"*\""},
                    Bad{"minus_without_star", "*", "-To", "oversigned header fields: \"-To\""},
                    Bad{"wildcard", "*,+X-*", "", "\"X-*\" is not the name"},
                    Bad{"two_signs", "*,--To", "", "not the name"},
                    Bad{"sign_alone", "*,+", "", "not the name"},
                    Bad{"long_name", std::string(101, 'x'), "", "too long"}),
    testing_support::name_of);

TEST(BadLists, TooManyNamesAreRefused) {
    std::string list;
    for (int i = 0; i < 501; ++i)
        list += "X-" + std::to_string(i) + ",";
    EXPECT_FALSE(HeaderSelection::parse(list, "").has_value());
}

// RFC 6376 5.4.1 and what a forger would add (RFC 6376 8.15).
TEST(Defaults, HoldTheCoreAndLeaveTraceAndListFieldsAddable) {
    const auto selection = HeaderSelection::defaults();
    for (const char* core :
         {"From",         "Reply-To",   "Subject",          "Date",
          "To",           "Cc",         "Resent-Date",      "Resent-From",
          "Resent-To",    "Resent-Cc",  "In-Reply-To",      "References",
          "List-Id",      "List-Help",  "List-Unsubscribe", "List-Subscribe",
          "List-Post",    "List-Owner", "List-Archive",     "List-Unsubscribe-Post",
          "Content-Type", "Autocrypt"})
        EXPECT_THAT(selection.sign, Contains(core));
    for (const char* trace :
         {"Received", "Return-Path", "DKIM-Signature", "Authentication-Results", "Bcc"})
        EXPECT_THAT(selection.sign, Not(Contains(trace)));
    for (const std::string& name : selection.oversign) {
        EXPECT_FALSE(istarts_with(name, "List-"));
        EXPECT_FALSE(istarts_with(name, "Resent-"));
        EXPECT_THAT(selection.sign, Contains(name));
    }
}

TEST(NamesFor, ListsEachOccurrenceAndOversignedOnesOnceMore) {
    message::HeaderBlock headers;
    for (const char* name : {"Received", "from", "To", "X-A", "Subject", "x-a", "X-A"})
        headers.add(name, " x");
    const auto selection = *HeaderSelection::parse("From,To,X-A,Cc,Subject", "From,Subject,Cc");
    EXPECT_THAT(selection.names_for(headers),
                ElementsAre("from", "To", "X-A", "Subject", "x-a", "X-A", "From", "Subject", "Cc"));
}

TEST(NamesFor, CoversFromEvenForAListMadeByHand) {
    message::HeaderBlock headers;
    headers.add("From", " x");
    EXPECT_THAT(HeaderSelection{}.names_for(headers), ElementsAre("From", "From"));
    const HeaderSelection by_hand{{"To", "Cc"}, {"subject", "cc"}};
    EXPECT_THAT(by_hand.names_for(headers), ElementsAre("From", "From", "subject", "cc"));
}

TEST(BoundedNames, SayWhenAMessageHasTooManyFieldsToSign) {
    message::HeaderBlock headers;
    headers.add("From", " x");
    for (int i = 0; i < 998; ++i)
        headers.add("Comments", " x");
    const auto selection = *HeaderSelection::parse("From,Comments", "From");
    EXPECT_EQ(selection.bounded_names_for(headers)->size(), 1000U);
    headers.add("Comments", " x");
    const auto refused = selection.bounded_names_for(headers);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("1001 header fields"));
}

TEST(BoundedNames, SayWhenTheNamesAreTooLong) {
    message::HeaderBlock headers;
    headers.add("From", " x");
    const std::string name(100, 'n');
    for (int i = 0; i < 900; ++i)
        headers.add(name, " x");
    const auto refused = HeaderSelection::parse(name, "")->bounded_names_for(headers);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("octets"));
}

// Hostile: 200,000 fields. Quadratic work would take minutes; this takes milliseconds.
TEST(NamesFor, IsLinearInTheHeader) {
    message::HeaderBlock headers;
    headers.add("From", " x");
    for (int i = 0; i < 200000; ++i)
        headers.add(i % 2 == 0 ? "Subject" : "X-Other", "");
    const auto start = std::chrono::steady_clock::now();
    const auto names = HeaderSelection::defaults().names_for(headers);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
    EXPECT_EQ(std::count(names.begin(), names.end(), "Subject"), 100001);
}

} // namespace
} // namespace postern::dkim
