#include "tests/support/name_of.hpp"
#include "tools/postern/postfix_config.hpp"

#include <gmock/gmock.h>

namespace postern::tool {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing_support::name_of;

// As printed by Postfix 3.7.11 for the two files below.
PostconfText sample() {
    PostconfText text;
    text.directory = "/etc/postfix";
    text.parameters =
        "mail_version = 3.7.11\n"
        "postconf: warning: x: unused parameter: a=b\n"
        "compatibility_level = 3.6\n"
        "smtpd_milters = inet:localhost:8891, { unix:/run/x.sock, connect_timeout=10s, "
        "default_action=accept }\n"
        "milter_default_action = tempfail\n"
        "empty =\n";
    text.services = "smtp       inet  n       -       y       -       -       smtpd\n"
                    "submission inet  n       -       -       -       -       smtpd -o "
                    "{smtpd_milters=unix:a/b, foo} -o milter_macro_daemon_name=$mydom\n"
                    "cleanup    unix  n       -       n       -       0       cleanup\n";
    text.overrides = "submission/inet/milter_macro_daemon_name = foo\n"
                     "submission/inet/smtpd_milters = unix:a/b, foo\n";
    text.main_cf = "# smtpd_milters = none\n"
                   "smtpd_milters = old\n"
                   "mydom = foo\n"
                   "smtpd_milters = inet:localhost:8891,\n"
                   "  { unix:/run/x.sock, connect_timeout=10s, default_action=accept }\n";
    text.master_cf = "# c\n"
                     "smtp      inet  n       -       y       -       -       smtpd\n"
                     "submission inet n       -       -       -       -       smtpd\n"
                     "  -o { smtpd_milters = unix:a/b, $mydom }\n"
                     "# -o milter_macro_daemon_name=no\n"
                     "  -o milter_macro_daemon_name=$mydom\n"
                     "cleanup   unix  n       -       n       -       0       cleanup\n";
    return text;
}

TEST(PostfixConfig, HasParametersServicesAndOverrides) {
    const auto config = PostfixConfig::parse(sample());
    EXPECT_EQ(config.value("milter_default_action"), "tempfail");
    EXPECT_EQ(config.value("empty"), "");
    ASSERT_EQ(config.services().size(), 3U);
    const PostfixService& smtp = config.services()[0];
    const PostfixService& submission = config.services()[1];
    EXPECT_EQ(smtp.label(), "smtp/inet");
    EXPECT_EQ(smtp.command, "smtpd");
    EXPECT_TRUE(smtp.chroot);
    EXPECT_FALSE(submission.chroot) << "- means n since Postfix 3.0";
    EXPECT_EQ(config.value(submission, "smtpd_milters"), "unix:a/b, foo");
    EXPECT_EQ(config.value(submission, "milter_default_action"), "tempfail");
    EXPECT_EQ(config.find("cleanup", "unix"), &config.services()[2]);
    EXPECT_EQ(config.find("cleanup", "inet"), nullptr);
}

TEST(PostfixConfig, KnowsTheLines) {
    const auto config = PostfixConfig::parse(sample());
    const PostfixService& smtp = config.services()[0];
    const PostfixService& submission = config.services()[1];
    EXPECT_EQ(config.origin("smtpd_milters"), (config::Origin{"/etc/postfix/main.cf", 4}));
    EXPECT_EQ(config.origin("milter_default_action"), (config::Origin{"/etc/postfix/main.cf", 0}));
    EXPECT_EQ(config.origin(submission), (config::Origin{"/etc/postfix/master.cf", 3}));
    EXPECT_EQ(config.origin(submission, "smtpd_milters"),
              (config::Origin{"/etc/postfix/master.cf", 4}));
    EXPECT_EQ(config.origin(submission, "milter_macro_daemon_name"),
              (config::Origin{"/etc/postfix/master.cf", 6}));
    EXPECT_EQ(config.origin(smtp, "smtpd_milters"), (config::Origin{"/etc/postfix/main.cf", 4}));
}

TEST(PostfixConfig, TakesTheOldMeaningOfChrootAtLevelZero) {
    PostconfText text = sample();
    text.parameters = "compatibility_level = 0\n";
    EXPECT_TRUE(PostfixConfig::parse(text).services()[1].chroot);
}

TEST(PostfixConfig, KnowsItsVersion) {
    for (const auto& [written, major, minor] :
         {std::tuple{"3.7.11", 3, 7}, {"3.11-20251208", 3, 11}, {"4.0", 4, 0}, {"x", 0, 0}}) {
        const auto config =
            PostfixConfig::parse({.parameters = std::string("mail_version = ") + written + "\n"});
        EXPECT_EQ(config.version(), (PostfixConfig::Version{major, minor})) << written;
    }
}

TEST(ParseMilters, TakesPlainEntriesAndEntriesInBraces) {
    const auto entries = parse_milters(
        "inet:localhost:8891, { unix:/run/x.sock, connect_timeout=10s, default_action=accept } "
        "unix:postern/sign.sock");
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].text, "inet:localhost:8891");
    EXPECT_THAT(entries[0].options, IsEmpty());
    EXPECT_EQ(entries[1].text, "unix:/run/x.sock");
    EXPECT_THAT(entries[1].options,
                ElementsAre(Pair("connect_timeout", "10s"), Pair("default_action", "accept")));
    ASSERT_TRUE(entries[2].endpoint);
    EXPECT_EQ(entries[2].endpoint->path, "postern/sign.sock");
}

TEST(ParseMilters, TakesNoEntriesFromNothing) {
    EXPECT_THAT(parse_milters(""), IsEmpty());
    EXPECT_THAT(parse_milters(" , {} "), IsEmpty());
}

TEST(ParseMilters, KeepsAnEntryThatIsNoSocket) {
    const auto entries = parse_milters("sign");
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_FALSE(entries[0].endpoint);
}

struct Time {
    const char* name;
    const char* text;
    std::optional<long> seconds;
};
class PostfixTime : public testing::TestWithParam<Time> {};
TEST_P(PostfixTime, IsInSeconds) {
    EXPECT_EQ(parse_postfix_time(GetParam().text), GetParam().seconds);
}
INSTANTIATE_TEST_SUITE_P(Table, PostfixTime,
                         testing::Values(Time{"bare", "30", 30}, Time{"seconds", "300s", 300},
                                         Time{"minutes", "5m", 300}, Time{"hours", "1h", 3600},
                                         Time{"days", "1d", 86400}, Time{"weeks", "1w", 604800},
                                         Time{"empty", "", std::nullopt},
                                         Time{"unit_alone", "s", std::nullopt},
                                         Time{"negative", "-1s", std::nullopt},
                                         Time{"text", "soon", std::nullopt}),
                         name_of);

} // namespace
} // namespace postern::tool
