#include "tests/support/name_of.hpp"
#include "tools/replay/load.hpp"
#include "tools/replay/options.hpp"
#include "tools/replay/spawn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::replay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::name_of;

tl::expected<Options, Stop> parse(const std::vector<const char*>& words) {
    std::vector<const char*> all{"postern-replay"};
    all.reserve(words.size() + 1);
    for (const char* word : words)
        all.push_back(word);
    return parse_options(static_cast<int>(all.size()), all.data());
}

TEST(Options, OfTheContract) {
    const auto options =
        parse({"--milter", "unix:/s", "--sender", "a@x", "--recipient", "b@x", "--client",
               "192.0.2.1", "--helo", "h", "--login", "u", "--json", "1.eml", "2.eml"});
    ASSERT_TRUE(options) << options.error().text;
    EXPECT_EQ(options->setup.milters.at(0).address.path, "/s");
    EXPECT_EQ(options->sender, "a@x");
    EXPECT_THAT(options->recipients, ElementsAre("b@x"));
    EXPECT_EQ(options->setup.client.address, "192.0.2.1");
    EXPECT_EQ(options->setup.client.name, "unknown");
    EXPECT_EQ(options->setup.login, "u");
    EXPECT_TRUE(options->json);
    EXPECT_THAT(options->files, ElementsAre("1.eml", "2.eml"));
}

TEST(Options, MiltersToCompareMayBeTheFirstArguments) {
    const auto options = parse({"--compare", "unix:/a", "unix:/b", "1.eml"});
    ASSERT_TRUE(options) << options.error().text;
    EXPECT_EQ(options->setup.milters.at(1).address.path, "/b");
    EXPECT_THAT(options->files, ElementsAre("1.eml"));
}

TEST(Options, NullSenderAndBrackets) {
    EXPECT_EQ(parse({"-m", "unix:/s", "-f", "", "x"})->sender, "");
    EXPECT_EQ(parse({"-m", "unix:/s", "-f", "<>", "x"})->sender, "");
    EXPECT_EQ(parse({"-m", "unix:/s", "x"})->sender, std::nullopt);
    EXPECT_THAT(parse({"-m", "unix:/s", "-r", "<b@x>", "x"})->recipients, ElementsAre("b@x"));
}

TEST(Options, LoadNeedsNoFile) {
    const auto options = parse({"-m", "unix:/s", "--load", "-n", "50", "-c", "4"});
    ASSERT_TRUE(options) << options.error().text;
    EXPECT_EQ(options->load_messages, 50U);
    EXPECT_EQ(options->load_connections, 4U);
}

struct Wrong {
    const char* name;
    std::vector<const char*> words;
    const char* said;
};
class CaptureOptions : public testing::TestWithParam<Wrong> {};
TEST_P(CaptureOptions, ThatDoNotGoTogetherAreRefused) {
    const auto options = parse(GetParam().words);
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().status, 2);
    EXPECT_THAT(options.error().text, HasSubstr(GetParam().said));
}
INSTANTIATE_TEST_SUITE_P(
    Table, CaptureOptions,
    testing::Values(
        Wrong{"dns_of_a_daemon_that_runs", {"-m", "unix:/s", "--dns", "z", "x"}, "needs --spawn"},
        Wrong{"record_while_measuring",
              {"-m", "unix:/s", "--load", "--record", "d"},
              "neither with --compare nor with --load"},
        Wrong{"both_ways", {"-m", "unix:/s", "--record", "d", "--from", "e"}, "do not go together"},
        Wrong{"other_messages", {"-m", "unix:/s", "--from", "d", "x"}, "from the capture"},
        Wrong{"another_time", {"-m", "unix:/s", "--from", "d", "--time", "1"}, "its time"}),
    name_of);

TEST(Options, ACaptureNeedsNoFile) {
    const auto options = parse({"--spawn", "postern-verify -c f", "--from", "d"});
    ASSERT_TRUE(options) << options.error().text;
    EXPECT_EQ(options->from, "d");
}

TEST(Options, HelpFitsTheTerminal) {
    const auto options = parse({"--help"});
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().status, 0);
    std::size_t start = 0;
    const std::string& text = options.error().text;
    while (start < text.size()) {
        const std::size_t end = text.find('\n', start);
        EXPECT_LE(end - start, 80U) << text.substr(start, end - start);
        start = end + 1;
    }
}

struct Bad {
    const char* name;
    std::vector<const char*> words;
    std::string_view says;
};
class BadOptions : public testing::TestWithParam<Bad> {};
TEST_P(BadOptions, AreExplained) {
    const auto options = parse(GetParam().words);
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().status, 2);
    EXPECT_THAT(options.error().text, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadOptions,
    testing::Values(
        Bad{"no_milter", {"x"}, "no milter: give --milter SOCKET"},
        Bad{"no_message", {"-m", "unix:/s"}, "no message: name files"},
        Bad{"bad_socket", {"-m", "s", "x"}, "has no transport"},
        Bad{"unknown_option", {"-m", "unix:/s", "--jsn", "x"}, "unrecognised option '--jsn'"},
        Bad{"bad_client", {"-m", "unix:/s", "--client", "x", "x"}, "is no IP address"},
        Bad{"bad_macro", {"-m", "unix:/s", "--macro", "x", "x"}, "write NAME=VALUE"},
        Bad{"bad_verdict",
            {"-m", "unix:/s", "--expect", "verdict=rejct", "x"},
            "did you mean reject?"},
        Bad{"bad_expectation", {"-m", "unix:/s", "--expect", "foo=1", "x"}, "expected verdict="},
        Bad{"bad_regex", {"-m", "unix:/s", "--expect", "header=A:(", "x"}, "header=A:("},
        Bad{"bad_timeout", {"-m", "unix:/s", "--command-timeout", "0", "x"}, "0.001 to 86400"},
        Bad{"bad_action", {"-m", "unix:/s", "--default-action", "drop", "x"}, "expected tempfail"},
        Bad{"compare_one", {"--compare", "-m", "unix:/s"}, "exactly two"},
        Bad{"no_connections", {"-m", "unix:/s", "--load", "-c", "0"}, "at least 1"}),
    name_of);

TEST(CommandWords, AreCutAsByAShell) {
    EXPECT_THAT(*command_words("a  'b c' \"d \\\" e\" f\\ g ''"),
                ElementsAre("a", "b c", "d \" e", "f g", ""));
    EXPECT_FALSE(command_words("a 'b"));
    EXPECT_FALSE(command_words("  "));
}

TEST(Percentile, IsTheNearestRank) {
    const std::vector<float> sorted{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    EXPECT_EQ(percentile(sorted, 0.5), 5);
    EXPECT_EQ(percentile(sorted, 0.9), 9);
    EXPECT_EQ(percentile(sorted, 0.99), 10);
    EXPECT_EQ(percentile({}, 0.5), 0);
}

} // namespace
} // namespace postern::replay
