#include "common/base/invariant.hpp"
#include "common/config/settings.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/config/sample_section.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace postern::config {
namespace {

using test::kSections;
using testing_support::name_of;

std::string problems_of(std::string_view text, std::span<const Override> overrides = {}) {
    const auto settings = Settings::parse(text, "p.conf", kSections, overrides);
    return settings ? "" : to_text(settings.error());
}

std::vector<std::string> texts(const std::vector<Value>& values) {
    std::vector<std::string> texts;
    texts.reserve(values.size());
    for (const Value& value : values)
        texts.push_back(value.text + " at " + value.origin.text());
    return texts;
}

TEST(Settings, AnEmptyFileIsAllDefaults) {
    const auto settings = Settings::parse("", "p.conf", kSections);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->value("sign", "timestamp").text, "yes");
    EXPECT_EQ(settings->value("sign", "timestamp").origin.text(), "default");
    EXPECT_FALSE(settings->given("sign", "timestamp"));
    EXPECT_THAT(texts(settings->values("sign", "listen")),
                testing::ElementsAre("unix:/run/sock at default"));
    EXPECT_THAT(settings->values("sign", "names"), testing::IsEmpty());
}

TEST(Settings, ValuesCarryTheirLine) {
    const auto settings = Settings::parse("[sign]\n\ntimestamp = no\n[log]\nlevel=debug\n[sign]\n"
                                          "listen = inet:1@a\nlisten = inet:2@b\n",
                                          "p.conf", kSections);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->value("sign", "timestamp").origin.text(), "p.conf:3");
    EXPECT_TRUE(settings->given("log", "level"));
    EXPECT_THAT(texts(settings->values("sign", "listen")),
                testing::ElementsAre("inet:1@a at p.conf:7", "inet:2@b at p.conf:8"));
}

TEST(Settings, AnEmptyValueClearsADefault) {
    const auto settings = Settings::parse("[sign]\nlisten =\n", "p.conf", kSections);
    ASSERT_TRUE(settings);
    EXPECT_THAT(settings->values("sign", "listen"), testing::IsEmpty());
    EXPECT_TRUE(settings->given("sign", "listen"));
}

TEST(Settings, TheCommandLineReplacesTheFile) {
    const std::vector<Override> overrides{{"sign", "timestamp", "yes"},
                                          {"sign", "listen", "inet:3@c"},
                                          {"sign", "listen", "inet:4@d"},
                                          {"sign", "guard", "log"},
                                          {"sign", "guard", "reject"}};
    const auto settings =
        Settings::parse("[sign]\ntimestamp=no\nlisten=inet:1@a\n", "p.conf", kSections, overrides);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->value("sign", "timestamp").text, "yes");
    EXPECT_EQ(settings->value("sign", "guard").text, "reject") << "the last one counts";
    EXPECT_THAT(texts(settings->values("sign", "listen")),
                testing::ElementsAre("inet:3@c at command line", "inet:4@d at command line"));
}

struct Case {
    const char* name;
    std::string_view text, problems;
};
class WrongSettings : public testing::TestWithParam<Case> {};
TEST_P(WrongSettings, AreSaid) { EXPECT_EQ(problems_of(GetParam().text), GetParam().problems); }

INSTANTIATE_TEST_SUITE_P(
    Table, WrongSettings,
    testing::Values(
        Case{"other_programs_sections_are_passed_over", "[verify]\nanything = goes\n[srs]\n", ""},
        Case{"unknown_section", "[sogn]\nx = y\n",
             "p.conf:1: there is no section \"sogn\"; did you mean \"sign\"?\n"},
        Case{"section_names_are_lower_case", "[Sign]\n",
             "p.conf:1: there is no section \"Sign\"; did you mean \"sign\"?\n"},
        Case{"unknown_section_like_none", "[\x1bpostmaster]\n",
             "p.conf:1: there is no section \"\\x1bpostmaster\"; sections are [log] [dns] [sign] "
             "[verify] [srs] [policyd] [dnsbl]\n"},
        Case{"unknown_option", "[sign]\ntimestam = no\n",
             "p.conf:2: [sign]: there is no option \"timestam\"; did you mean \"timestamp\"?\n"},
        Case{"underscore_for_hyphen", "[sign]\nkey_table = /x\n",
             "p.conf:2: [sign]: there is no option \"key_table\"; did you mean \"key-table\"?\n"},
        Case{"unknown_option_like_none", "[sign]\nAutoRestartRate = 10/1h\n",
             "p.conf:2: [sign]: there is no option \"AutoRestartRate\"; --defaults lists every "
             "option\n"},
        Case{"option_of_another_section", "[log]\nkey-table = /x\n",
             "p.conf:2: [log]: there is no option \"key-table\"; it belongs to [sign]\n"},
        Case{"once_option_twice", "[sign]\nguard = off\n[log]\n[sign]\nguard = log\n",
             "p.conf:5: [sign] guard: given again, first at line 2; keep one of the two\n"},
        Case{"before_any_section", "guard = off\nx = 1\n",
             "p.conf:1: \"guard\" stands in no section; write [sign] on a line above it\n"
             "p.conf:2: \"x\" stands in no section; write [section] on a line above it\n"},
        Case{"below_a_broken_heading_nothing_more_is_said", "[sign\nguard = off\n",
             "p.conf:1: \"[sign\" is no section heading; write [name] on a line of its own\n"},
        Case{"all_at_once_in_file_order", "[sign]\nx = 1\nrubbish\n[logs]\n[log]\ny\nz = 1\n",
             "p.conf:2: [sign]: there is no option \"x\"; --defaults lists every option\n"
             "p.conf:3: \"rubbish\" is no setting; write name = value\n"
             "p.conf:4: there is no section \"logs\"; did you mean \"log\"?\n"
             "p.conf:6: \"y\" is no setting; write name = value\n"
             "p.conf:7: [log]: there is no option \"z\"; --defaults lists every option\n"}),
    name_of);

TEST(Settings, OverridesAreCheckedLikeTheFile) {
    const std::vector<Override> overrides{{"sign", "gard", "off"}, {"sogn", "guard", "off"}};
    EXPECT_EQ(problems_of("", overrides),
              "command line: [sign]: there is no option \"gard\"; did you mean \"guard\"?\n"
              "command line: there is no section \"sogn\"; did you mean \"sign\"?\n");
}

TEST(Settings, WhatIsRightIsGivenEvenWithProblems) {
    Problems problems;
    const Settings settings =
        Settings::load_text("[sign]\nnonsense\nguard = log\n", "p.conf", kSections, {}, problems);
    EXPECT_EQ(problems.size(), 1U);
    EXPECT_EQ(settings.value("sign", "guard").text, "log");
}

TEST(Settings, ProblemsAreBounded) {
    std::string text = "[sign]\n";
    for (int i = 0; i < 50'000; ++i)
        text += "unknown" + std::to_string(i) + " = x\n";
    Problems problems;
    Settings::load_text(text, "p.conf", kSections, {}, problems);
    EXPECT_LE(problems.size(), 2 * kMaxProblems);
}

TEST(Settings, AskingForWhatIsInNoTableIsABug) {
    const auto settings = Settings::parse("", "p.conf", kSections);
    EXPECT_THROW((void)settings->value("sign", "nonsense"), BugError);
    EXPECT_THROW((void)settings->values("verify", "guard"), BugError);
}

TEST(Settings, ReadsAFileAndSaysWhenItCannot) {
    const std::string path = testing::TempDir() + "postern_settings_test.conf";
    std::ofstream(path) << "[sign]\nguard = log\n";
    const auto settings = Settings::read(path, kSections);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->value("sign", "guard").origin.text(), path + ":2");
    std::filesystem::remove(path);
    EXPECT_EQ(to_text(Settings::read(path, kSections).error()),
              path + ": No such file or directory; name a configuration file that can be read\n");
    EXPECT_EQ(to_text(Settings::read("/", kSections).error()),
              "/: not a regular file; name a configuration file that can be read\n");
}

TEST(Settings, AFileOver16MiBIsRefused) {
    const std::string path = testing::TempDir() + "postern_settings_large.conf";
    std::ofstream(path).put('\n');
    std::filesystem::resize_file(path, kMaxSettingsBytes + 1);
    EXPECT_EQ(to_text(Settings::read(path, kSections).error()),
              path + ": larger than 16777216 bytes; name a configuration file that can be read\n");
    std::filesystem::remove(path);
}

} // namespace
} // namespace postern::config
