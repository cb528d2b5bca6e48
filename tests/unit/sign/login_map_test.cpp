#include "milters/sign/login_map.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/sign/key_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::sign {
namespace {

using testing::HasSubstr;
using testing_support::name_of;

constexpr auto kOwned = Ownership::Owned;
constexpr auto kNotOwned = Ownership::NotOwned;
constexpr auto kUnknown = Ownership::UnknownSender;

struct Case {
    const char* name;
    const char* login;
    const char* user;
    const char* domain;
    Ownership answer;
};
class Logins : public testing::TestWithParam<Case> {};
TEST_P(Logins, AreLookedUpAsPostfixDoes) {
    tables::Report report;
    const auto map = LoginMap::parse("# owners\n"
                                     "alice@example.org  alice, shared\n"
                                     "  helper@example.org\n"
                                     "bob+list@example.org robot\n"
                                     "@example.org postmaster\n"
                                     "@example.com alice bob\n"
                                     "\"a b\"@example.net alice\n"
                                     "plain.user@example.net bob\n"
                                     "owner-x@example.net carol\n",
                                     "logins", "+-", report);
    EXPECT_TRUE(report.problems.empty());
    EXPECT_EQ(map.check(GetParam().login, GetParam().user, GetParam().domain), GetParam().answer);
}
// Order of lookups: postconf(5), smtpd_sender_login_maps.
INSTANTIATE_TEST_SUITE_P(
    Table, Logins,
    testing::Values(
        Case{"own_address", "alice", "alice", "example.org", kOwned},
        Case{"letters_case", "ALICE", "Alice", "EXAMPLE.org", kOwned},
        Case{"second_login", "shared", "alice", "example.org", kOwned},
        Case{"continued_line", "helper@example.org", "alice", "example.org", kOwned},
        Case{"someone_else", "bob", "alice", "example.org", kNotOwned},
        Case{"address_wins_over_domain", "postmaster", "alice", "example.org", kNotOwned},
        Case{"domain", "postmaster", "info", "example.org", kOwned},
        Case{"extension_stripped", "alice", "alice+news", "example.org", kOwned},
        Case{"other_delimiter", "alice", "alice-news", "example.org", kOwned},
        Case{"extension_listed", "robot", "bob+list", "example.org", kOwned},
        Case{"extension_listed_wins", "postmaster", "bob+list", "example.org", kNotOwned},
        Case{"domain_with_two", "bob", "x", "example.com", kOwned},
        Case{"unknown_domain", "alice", "alice", "example.test", kUnknown},
        Case{"unknown_user", "alice", "x", "example.net", kUnknown},
        Case{"quoted", "alice", "a b", "example.net", kOwned},
        Case{"owner_is_not_split", "carol", "owner-x", "example.net", kOwned},
        Case{"owner_is_no_extension", "x", "owner-y", "example.net", kUnknown},
        Case{"sub_domain_is_another", "postmaster", "x", "a.example.org", kUnknown}),
    name_of);

TEST(LoginMap, UsersAloneAreToldOf) {
    tables::Report report;
    const auto map = LoginMap::parse("alice alice\nx@y a\nX@y b\n", "logins", "", report);
    EXPECT_THAT(texts(report.warnings),
                HasSubstr("logins:1: 'alice' has no '@' and is never looked up"));
    EXPECT_THAT(texts(report.warnings), HasSubstr("logins:3: "));
    EXPECT_EQ(map.check("a", "x", "y"), kOwned);
}

TEST(LoginMap, LoadsFilesAndTellsMissingOnes) {
    KeyPlace place;
    tables::Report report;
    const auto map =
        LoginMap::load("texthash:" + place.write("m", "@example.org a\n"), "+", report);
    EXPECT_EQ(map.size(), 1U);
    LoginMap::load("/nonexistent/m", "+", report);
    EXPECT_THAT(texts(report.problems), HasSubstr("/nonexistent/m"));
}

} // namespace
} // namespace postern::sign
