#include "common/base/invariant.hpp"
#include "tests/support/name_of.hpp"
#include "tools/postern/arguments.hpp"

#include <gmock/gmock.h>

#include <array>
#include <sstream>

namespace postern::tool {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::name_of;

constexpr std::array kOptions{
    ArgumentOption{.name = "domain",
                   .letter = 'd',
                   .value = "DOMAIN",
                   .help = "A domain.",
                   .repeat = Repeat::Many},
    ArgumentOption{.name = "type", .value = "TYPE", .default_value = "rsa", .help = "The type."},
    ArgumentOption{.name = "json", .help = "As JSON."},
};
constexpr Usage kUsage{.command = "make",
                       .purpose = "Makes things.",
                       .options = kOptions,
                       .positional = "FILE",
                       .min_positional = 0,
                       .max_positional = 1};

Result<Arguments> parse(std::vector<const char*> words) { return Arguments::parse(kUsage, words); }

TEST(Arguments, AreOptionsInAnyOrderWithDefaults) {
    const auto given = parse({"file", "--domain=a", "-d", "b", "--json"});
    ASSERT_TRUE(given) << given.error().message;
    EXPECT_THAT(given->texts("domain"), ElementsAre("a", "b"));
    EXPECT_EQ(given->text("type"), "rsa");
    EXPECT_FALSE(given->given("type"));
    EXPECT_TRUE(given->given("json"));
    EXPECT_THAT(given->positional(), ElementsAre("file"));
}

TEST(Arguments, MayBeEmpty) {
    for (const std::vector<const char*>& words :
         {std::vector<const char*>{"--type="}, {"--type", ""}}) {
        const auto given = parse(words);
        ASSERT_TRUE(given) << given.error().message;
        EXPECT_TRUE(given->given("type"));
        EXPECT_EQ(given->text("type"), "");
    }
    const auto behind = parse({"--", "--type="});
    ASSERT_TRUE(behind) << behind.error().message;
    EXPECT_THAT(behind->positional(), ElementsAre("--type="));
}

TEST(Arguments, AreNoOptionsBehindTwoDashes) {
    const auto given = parse({"--", "--json"});
    ASSERT_TRUE(given);
    EXPECT_FALSE(given->given("json"));
    EXPECT_THAT(given->positional(), ElementsAre("--json"));
}

TEST(Arguments, AskForHelpWhateverElseIsWrong) {
    const auto given = parse({"--nonsense", "--help"});
    ASSERT_TRUE(given);
    EXPECT_TRUE(given->wants_help());
}

TEST(Arguments, NotInTheTableAreABug) { EXPECT_THROW((void)parse({})->text("selector"), BugError); }

struct Wrong {
    const char* name;
    std::vector<const char*> words;
    const char* message;
};
class WrongArguments : public testing::TestWithParam<Wrong> {};
TEST_P(WrongArguments, AreExplained) {
    const auto given = parse(GetParam().words);
    ASSERT_FALSE(given);
    EXPECT_THAT(given.error().message, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Table, WrongArguments,
    testing::Values(
        Wrong{"misspelled", {"--domian", "a"}, "unknown option --domian; did you mean --domain?"},
        Wrong{"abbreviated", {"--dom", "a"}, "unknown option --dom"},
        Wrong{"unknown_letter", {"-x"}, "unknown option -x"},
        Wrong{"value_missing", {"--domain"}, "option --domain needs a value"},
        Wrong{"value_of_a_switch", {"--json=yes"}, "option --json takes no value"},
        Wrong{"twice", {"--type", "a", "--type", "b"}, "option --type stands more than once"},
        Wrong{"too_many", {"a", "b\n"}, "unexpected argument \"b\\x0a\""}),
    name_of);

TEST(Wrap, KeepsLinesWithinTheColumnsAndIndented) {
    EXPECT_EQ(wrap("one two three", 2, 9), "  one two\n  three\n");
    EXPECT_EQ(wrap("verylongword b", 0, 5), "verylongword\nb\n");
    EXPECT_EQ(wrap("a\n\nb", 1, 10), " a\n\n b\n");
}

TEST(Help, HasEveryOptionInEightyColumns) {
    const std::string help = render_help(kUsage);
    for (const char* part : {"postern make", "-d, --domain DOMAIN", "--json", "Default: rsa.",
                             "several times", "-h, --help"})
        EXPECT_THAT(help, HasSubstr(part));
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(line.size(), 80U) << line;
}

} // namespace
} // namespace postern::tool
