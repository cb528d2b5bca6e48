#include "common/base/text.hpp"
#include "common/tables/pattern_list.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex.h>

#include <random>

namespace postern::tables {
namespace {

using testing_support::name_of;

struct Match {
    const char* name;
    std::string_view pattern, text;
    bool matches;
};
class Patterns : public testing::TestWithParam<Match> {};
TEST_P(Patterns, MatchAsOpenDkimDoes) {
    PatternList list(LetterCase::Ignored);
    ASSERT_TRUE(list.add(GetParam().pattern));
    EXPECT_EQ(list.first(GetParam().text) == 0, GetParam().matches);
    EXPECT_EQ(list.all(GetParam().text).size(), GetParam().matches ? 1U : 0U);
}
// Answers of Debian's opendkim; tests/e2e/opendkim asks it live.
INSTANTIATE_TEST_SUITE_P(
    Table, Patterns,
    testing::Values(Match{"literal", "u@example.com", "u@example.com", true},
                    Match{"literal_in_capitals", "U@Example.COM", "u@example.com", true},
                    Match{"domain", "*@example.com", "u@example.com", true},
                    Match{"domain_not_below", "*@example.com", "u@a.example.com", false},
                    Match{"below", "*@*.example.com", "u@a.b.example.com", true},
                    Match{"below_not_itself", "*@*.example.com", "u@example.com", false},
                    Match{"no_word_boundary", "*@*example.com", "u@notexample.com", true},
                    Match{"dot_is_itself", "u.v@example.com", "uxv@example.com", false},
                    Match{"plus_is_itself", "u+x@example.com", "u+x@example.com", true},
                    Match{"plus_repeats_nothing", "u+x@example.com", "uux@example.com", false},
                    Match{"alternatives", "(alice|bob)@example.com", "bob@example.com", true},
                    Match{"brackets", "[ab]*@example.com", "bob@example.com", true},
                    Match{"brackets_other", "[ab]*@example.com", "u@example.com", false},
                    Match{"bare_alternatives_lose_anchors", "a@x.org|b@y.org", "a@x.org.evil",
                          true},
                    Match{"star_alone", "*", "u@example.com", true},
                    Match{"star_matches_nothing_too", "*", "", true},
                    Match{"at_in_the_user", "*@example.com", "\"a@b\"@example.com", true},
                    Match{"utf8_octets",
                          "*@b\xC3\xBC"
                          "cher.example",
                          "u@b\xC3\xBC"
                          "cher.example",
                          true},
                    Match{"no_a_labels", "*@xn--bcher-kva.example",
                          "u@b\xC3\xBC"
                          "cher.example",
                          false},
                    Match{"any_octet", "b[^x][^x]cher@x.org",
                          "b\xC3\xBC"
                          "cher@x.org",
                          true},
                    Match{"nul", "*", std::string_view("a\0b", 3), false}),
    name_of);

TEST(PatternList, AnswersCommonShapesFromTables) {
    PatternList list(LetterCase::Ignored);
    for (const char* pattern :
         {"u@example.com", "*@example.com", "*@*.example.com", "*", "m\xC3\xBC@x"})
        ASSERT_TRUE(list.add(pattern));
    EXPECT_EQ(list.walked(), 0U);
    for (const char* pattern : {"u@*", "*@*example.com", "(a|b)@x", "*@a*.example.com", "*@"})
        ASSERT_TRUE(list.add(pattern));
    EXPECT_EQ(list.walked(), 5U);
    EXPECT_EQ(list.size(), 10U);
}

struct Bad {
    const char* name;
    std::string pattern, why;
};
class BadPatterns : public testing::TestWithParam<Bad> {};
TEST_P(BadPatterns, AreRefused) {
    PatternList list(LetterCase::Ignored);
    const auto added = list.add(GetParam().pattern);
    ASSERT_FALSE(added);
    EXPECT_THAT(added.error().message, testing::HasSubstr(GetParam().why));
    EXPECT_EQ(list.size(), 0U);
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadPatterns,
    testing::Values(Bad{"open_group", "(a@x", "no valid expression"},
                    Bad{"open_bracket", "[a@x", "no valid expression"},
                    Bad{"reference", "(a)\\1@x", "references"},
                    Bad{"deep", std::string(17, '(') + "a" + std::string(17, ')'), "nested"},
                    Bad{"repetitions", "((a{100}){100})", "256 repetitions"},
                    Bad{"huge_number", "a{99999999999999999999}", "256 repetitions"},
                    Bad{"stars", std::string(65, '*'), "64 operators"},
                    Bad{"long", "(" + std::string(1023, 'a') + ")", "1023"},
                    Bad{"nul", std::string("a\0(", 3), "NUL"}),
    name_of);

TEST(PatternList, TellsTheFirstCharacterThatActs) {
    EXPECT_EQ(PatternList::metacharacter("*@example.com"), '\0');
    EXPECT_EQ(PatternList::metacharacter("u+v@example.com"), '\0');
    EXPECT_EQ(PatternList::metacharacter("(a|b)@example.com"), '(');
    EXPECT_EQ(PatternList::expression("*@a.b+c"), "^.*@a\\.b\\+c$");
}

TEST(PatternList, LetterCaseMattersWhereAsked) {
    PatternList list(LetterCase::Matters);
    ASSERT_TRUE(list.add("K1"));
    ASSERT_TRUE(list.add("K[2]"));
    EXPECT_EQ(list.first("k1"), PatternList::npos);
    EXPECT_EQ(list.first("K1"), 0U);
    EXPECT_EQ(list.first("k2"), PatternList::npos);
    EXPECT_EQ(list.first("K2"), 1U);
}

/// The plain way: every expression in turn.
std::vector<std::size_t> walk(const std::vector<std::string>& patterns, const std::string& text) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        regex_t regex;
        if (::regcomp(&regex, PatternList::expression(patterns[i]).c_str(),
                      REG_EXTENDED | REG_ICASE) != 0)
            continue;
        if (::regexec(&regex, text.c_str(), 0, nullptr, 0) == 0) found.push_back(i);
        ::regfree(&regex);
    }
    return found;
}

TEST(PatternList, SameAnswersAsAPlainWalkForRandomTables) {
    std::mt19937 random(20261121); // the same tables every run
    const auto pick = [&](const auto& from) -> std::string {
        return from[std::uniform_int_distribution<std::size_t>(0, std::size(from) - 1)(random)];
    };
    const char* const users[] = {"u", "U", "bob", "u+x", "u.v", "\"a@b\"", "", "\xC3\xBC"};
    const char* const domains[] = {"example.com",
                                   "EXAMPLE.com",
                                   "a.example.com",
                                   "a.b.example.com",
                                   "com",
                                   "notexample.com",
                                   ".example.com",
                                   "\xC3\xBC.example",
                                   ""};
    const char* const shapes[] = {"*@D",       "*@*.D", "U@D",     "*",   "U@*",  "*@*D",   "D",
                                  "(U|bob)@D", "*.D",   "[ub]*@D", "*@*", "*U@D", "*@*.D*", "?@D"};
    std::size_t matched = 0;
    for (int table = 0; table < 400; ++table) {
        PatternList list(LetterCase::Ignored);
        std::vector<std::string> patterns;
        for (int row = 0; row < 12; ++row) {
            std::string pattern;
            for (const char c : pick(shapes))
                pattern += c == 'D' ? pick(domains) : c == 'U' ? pick(users) : std::string(1, c);
            if (list.add(pattern)) patterns.push_back(pattern);
        }
        for (int query = 0; query < 25; ++query) {
            const std::string text = pick(users) + "@" + pick(domains);
            const auto expected = walk(patterns, text);
            ASSERT_EQ(list.all(text), expected) << text;
            ASSERT_EQ(list.first(text), expected.empty() ? PatternList::npos : expected.front())
                << text;
            matched += expected.empty() ? 0 : 1;
        }
    }
    EXPECT_GT(matched, 3000U); // the tables say something
}

} // namespace
} // namespace postern::tables
