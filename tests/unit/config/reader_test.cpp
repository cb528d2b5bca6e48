#include "common/base/invariant.hpp"
#include "common/config/reader.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/config/sample_section.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::config {
namespace {

using test::kSections;
using testing::ElementsAre;
using testing_support::name_of;
using namespace std::chrono_literals;

enum class Guard : std::uint8_t { Off, Log, Reject };

struct SignConfig {
    std::string domain;
    bool timestamp = false;
    std::uint16_t threads = 0;
    std::uint64_t count = 0;
    std::chrono::seconds timeout{};
    std::uint64_t limit = 0;
    Guard guard = Guard::Off;
    std::vector<std::string> hosts, names;
    std::string key_table;
    mode_t socket_mode = 0;
};

SignConfig read_all(Reader& sign) {
    return {.domain = sign.text("domain"),
            .timestamp = sign.flag("timestamp"),
            .threads = sign.number<std::uint16_t>("threads", {.min = 1}),
            .count = sign.number("count", {.min = 1, .max = 100}),
            .timeout = sign.duration("timeout", {.min = 1s, .max = 24h}),
            .limit = sign.size("limit", {.min = 1024, .max = 1 << 20}),
            .guard = sign.choice<Guard>(
                "guard", {{"off", Guard::Off}, {"log", Guard::Log}, {"reject", Guard::Reject}}),
            .hosts = sign.list("hosts"),
            .names = sign.list("names"),
            .key_table = sign.path("key-table"),
            .socket_mode = sign.mode("socket-mode")};
}

TEST(Reader, GivesTheDefaults) {
    const auto settings = Settings::parse("", "p.conf", kSections);
    Problems problems;
    Reader sign(*settings, "sign", problems);
    const SignConfig config = read_all(sign);
    EXPECT_EQ(to_text(problems), "");
    EXPECT_EQ(config.domain, "");
    EXPECT_TRUE(config.timestamp);
    EXPECT_EQ(config.threads, 4);
    EXPECT_EQ(config.count, 0U);
    EXPECT_EQ(config.timeout, 5min);
    EXPECT_EQ(config.limit, 65536U);
    EXPECT_EQ(config.guard, Guard::Off);
    EXPECT_THAT(config.hosts, ElementsAre("127.0.0.1", "::1"));
    EXPECT_THAT(config.names, ElementsAre());
    EXPECT_EQ(config.socket_mode, 0660U);
    EXPECT_TRUE(sign.is_set("threads"));
    EXPECT_FALSE(sign.is_set("count"));
}

TEST(Reader, GivesWhatIsWritten) {
    const auto settings = Settings::parse(
        "[sign]\ndomain = example.org\ntimestamp = off\nthreads = 65535\ncount = 100\n"
        "timeout = 90\nlimit = 1M\nguard = Reject\nhosts = 192.0.2.1, a.example\n"
        "hosts = !b.example c\nnames = x\nkey-table = /etc/k\nsocket-mode = 600\n",
        "p.conf", kSections);
    ASSERT_TRUE(settings);
    Problems problems;
    Reader sign(*settings, "sign", problems);
    const SignConfig config = read_all(sign);
    EXPECT_EQ(to_text(problems), "");
    EXPECT_EQ(config.domain, "example.org");
    EXPECT_FALSE(config.timestamp);
    EXPECT_EQ(config.threads, 65535);
    EXPECT_EQ(config.count, 100U);
    EXPECT_EQ(config.timeout, 90s);
    EXPECT_EQ(config.limit, 1048576U);
    EXPECT_EQ(config.guard, Guard::Reject);
    EXPECT_THAT(config.hosts, ElementsAre("192.0.2.1", "a.example", "!b.example", "c"));
    EXPECT_THAT(config.names, ElementsAre("x"));
    EXPECT_EQ(config.key_table, "/etc/k");
    EXPECT_EQ(config.socket_mode, 0600U);
    EXPECT_EQ(sign.words("hosts").back().origin.line, 10);
}

struct Case {
    const char* name;
    std::string_view setting, problem;
};
class WrongValue : public testing::TestWithParam<Case> {};
TEST_P(WrongValue, SaysWhatWouldBeRightAndKeepsTheDefault) {
    const auto settings =
        Settings::parse("[sign]\n" + std::string(GetParam().setting), "p.conf", kSections);
    ASSERT_TRUE(settings);
    Problems problems;
    Reader sign(*settings, "sign", problems);
    const SignConfig config = read_all(sign);
    EXPECT_EQ(to_text(problems), "p.conf:2: [sign] " + std::string(GetParam().problem) + "\n");
    EXPECT_TRUE(config.timestamp);
    EXPECT_EQ(config.threads, 4);
    EXPECT_EQ(config.timeout, 5min);
    EXPECT_EQ(config.limit, 65536U);
    EXPECT_EQ(config.guard, Guard::Off);
    EXPECT_EQ(config.socket_mode, 0660U);
}
INSTANTIATE_TEST_SUITE_P(
    Table, WrongValue,
    testing::Values(
        Case{"flag", "timestamp = maybe", "timestamp: \"maybe\" is not right; write yes or no"},
        Case{"flag_empty", "timestamp =", "timestamp: no value; write yes or no"},
        Case{"number", "threads = many",
             "threads: \"many\" is not right; write a whole number from 1 to 65535"},
        Case{"number_low", "threads = 0",
             "threads: \"0\" is not right; write a whole number from 1 to 65535"},
        Case{"number_over_its_type", "threads = 65536",
             "threads: \"65536\" is not right; write a whole number from 1 to 65535"},
        Case{"number_without_default", "count = -1",
             "count: \"-1\" is not right; write a whole number from 1 to 100"},
        Case{"duration", "timeout = 5 minutes",
             "timeout: \"5 minutes\" is not right; write a time such as 90, 90s, 5m, 2h, 7d or 4w"},
        Case{"duration_long", "timeout = 2d",
             "timeout: \"2d\" is not right; write a time from 1s to 1d"},
        Case{"size", "limit = big",
             "limit: \"big\" is not right; write a number of octets such as 4096, 64k, 10M or 1G"},
        Case{"size_small", "limit = 1000",
             "limit: \"1000\" is not right; write a size from 1k to 1M"},
        Case{"choice", "guard = rejct",
             "guard: \"rejct\" is not right; did you mean \"reject\"? It is one of off, log or "
             "reject"},
        Case{"choice_like_none", "guard = discard",
             "guard: \"discard\" is not right; write one of off, log or reject"},
        Case{"mode", "socket-mode = rw-rw----",
             "socket-mode: \"rw-rw----\" is not right; write octal permission bits such as 0660"}),
    name_of);

TEST(Reader, ReadsNetworksAndRefusesHostBits) {
    const auto settings = Settings::parse(
        "[sign]\nhosts = 192.0.2.0/24, 2001:db8::1\nhosts = 192.168.0.1/24 nonsense\n", "p.conf",
        kSections);
    Problems problems;
    Reader sign(*settings, "sign", problems);
    EXPECT_THAT(sign.networks("hosts"),
                ElementsAre(*Network::parse("192.0.2.0/24"), *Network::parse("2001:db8::1")));
    EXPECT_EQ(to_text(problems),
              "p.conf:3: [sign] hosts: \"192.168.0.1/24\" has bits set beyond its prefix; write "
              "192.168.0.0/24 for the network, or 192.168.0.1 for the one address\n"
              "p.conf:3: [sign] hosts: \"nonsense\" is no address or network; write 192.0.2.1, "
              "192.0.2.0/24 or 2001:db8::/32\n");
}

TEST(Reader, RelativePathsCountFromTheFile) {
    const std::vector<Override> overrides{{"sign", "key-table", "there/keys"}};
    const auto of_file = Settings::parse("[sign]\nkey-table = keys\n", "/etc/p/p.conf", kSections);
    const auto of_shell = Settings::parse("", "/etc/p/p.conf", kSections, overrides);
    Problems problems;
    EXPECT_EQ(Reader(*of_file, "sign", problems).path("key-table"), "/etc/p/keys");
    EXPECT_EQ(Reader(*of_shell, "sign", problems).path("key-table"), "there/keys");
    EXPECT_EQ(Reader(*Settings::parse("", "/etc/p/p.conf", kSections), "sign", problems)
                  .path("key-table"),
              "");
}

TEST(Reader, TheCallersFindingsStandAtTheValue) {
    const auto settings =
        Settings::parse("[sign]\nkey-table = /k\nlisten = a\nlisten = b\n", "p.conf", kSections);
    Problems problems;
    Reader sign(*settings, "sign", problems);
    sign.problem("key-table", "/k: not a table", "name a table");
    sign.problem("listen", sign.values("listen")[1], "no socket");
    sign.problem("domain", "missing", "write domain = example.org");
    EXPECT_EQ(to_text(problems), "p.conf:2: [sign] key-table: /k: not a table; name a table\n"
                                 "p.conf:4: [sign] listen: no socket\n"
                                 "default: [sign] domain: missing; write domain = example.org\n");
    EXPECT_TRUE(sign.given("key-table"));
    EXPECT_FALSE(sign.given("domain"));
    EXPECT_EQ(sign.origin("key-table").text(), "p.conf:2");
}

TEST(Reader, ATableThatDisagreesWithTheProgramIsABug) {
    const auto settings = Settings::parse("", "p.conf", kSections);
    Problems problems;
    Reader sign(*settings, "sign", problems);
    EXPECT_THROW((void)sign.flag("threads"), BugError);
    EXPECT_THROW((void)sign.number("nonsense"), BugError);
    EXPECT_THROW((void)sign.choice<Guard>("guard", {{"off", Guard::Off}}), BugError);
    EXPECT_THROW((void)sign.number("threads", {.min = 5}), BugError) << "default out of bounds";
}

} // namespace
} // namespace postern::config
