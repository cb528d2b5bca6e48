#include "common/base/text.hpp"
#include "common/config/render.hpp"
#include "tests/unit/config/sample_section.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::config {
namespace {

using test::kSections;
using testing::HasSubstr;

constexpr Program kProgram{
    .name = "postern-sign", .purpose = "Signs.", .version = "1.2.3", .sections = kSections};

std::size_t widest(std::string_view text) {
    std::size_t widest = 0;
    for (const std::string_view line : split(text, '\n'))
        widest = std::max(widest, line.size());
    return widest;
}

void expect_same_as_defaults(const std::string& text) {
    const auto read = Settings::parse(text, "rendered", kSections);
    ASSERT_TRUE(read) << to_text(read.error());
    const auto defaults = Settings::parse("", "", kSections);
    for (const Section& section : kSections) {
        for (const Option& option : section.options) {
            EXPECT_EQ(read->value(section.name, option.name).text, option.default_value)
                << option.name;
            EXPECT_EQ(read->values(section.name, option.name).size(),
                      defaults->values(section.name, option.name).size())
                << option.name;
        }
    }
}

TEST(Render, DefaultsReadBackAsThemselves) {
    const std::string text = render_defaults(kSections);
    expect_same_as_defaults(text);
    EXPECT_THAT(text, HasSubstr("\n[sign]\ndomain =\ntimestamp = yes\n"));
    EXPECT_THAT(text, HasSubstr("\nremark = \" a # b \"\n"));
}

TEST(Render, TheSampleChangesNothingUntilAHashIsTakenAway) {
    const std::string text = render_sample(kSections);
    expect_same_as_defaults(text);
    EXPECT_LE(widest(text), 78U);
    EXPECT_THAT(text, HasSubstr("\n# Write t=.\n#timestamp = yes\n"));
    EXPECT_THAT(text, HasSubstr("silence.\n# One of off, log or reject.\n#guard = off\n"));
    EXPECT_THAT(text, HasSubstr("\n# A file.\n# Not set by default; for example:\n"
                                "#key-table = /etc/keys\n"));
    EXPECT_THAT(text, HasSubstr("\n# Where to listen.\n# May be given several times. A change "
                                "needs a restart.\n#listen = unix:/run/sock\n"));

    // Taking every hash away gives settings that are right.
    std::string bare;
    for (const std::string_view line : split(text, '\n')) {
        const bool setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        (bare += line.substr(setting ? 1 : 0)) += '\n';
    }
    const auto settings = Settings::parse(bare, "bare", kSections);
    ASSERT_TRUE(settings) << to_text(settings.error());
    EXPECT_EQ(settings->value("sign", "key-table").text, "/etc/keys");
    EXPECT_TRUE(settings->given("log", "level"));
}

TEST(Render, HelpFitsAScreenAndNamesEveryOption) {
    const std::string help = render_help(kProgram);
    EXPECT_LE(widest(help), 80U) << help;
    EXPECT_THAT(help, HasSubstr("  guard = off | log | reject (off)\n"
                                "      What to do with a stranger.\n"));
    EXPECT_THAT(help, HasSubstr("  listen = TEXT (unix:/run/sock) ...\n"));
    EXPECT_THAT(help, testing::Not(HasSubstr("silence"))) << "the first sentence only";
    for (const Section& section : kSections)
        for (const Option& option : section.options)
            EXPECT_THAT(help, HasSubstr("\n  " + std::string(option.name) + " = "));
}

TEST(Render, ItemsForTheManual) {
    const auto items = manual_items(kLogSection);
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0], (ManualItem{.name = "target", .default_value = "stderr"}));
}

TEST(Render, WrittenValuesReadBack) {
    for (const std::string_view value : {"", "plain", "a#b", "#a", "a #b", "a\t#b", " blank ", "\"",
                                         "\\", "\"q\" \\ #", "a\\\"b"}) {
        const std::string text = "[sign]\ndomain = " + written(value) + "\n";
        const auto settings = Settings::parse(text, "f", kSections);
        ASSERT_TRUE(settings) << text;
        EXPECT_EQ(settings->value("sign", "domain").text, value);
    }
}

TEST(Render, WrapsWordsAndLeavesLongOnesWhole) {
    EXPECT_EQ(wrapped("aa bb cc", "# ", 7), "# aa bb\n# cc\n");
    EXPECT_EQ(wrapped("a verylongword b", "", 5), "a\nverylongword\nb\n");
    EXPECT_EQ(wrapped("", "# ", 5), "");
}

} // namespace
} // namespace postern::config
