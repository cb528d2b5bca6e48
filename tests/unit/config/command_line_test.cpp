#include "common/config/command_line.hpp"
#include "tests/unit/config/sample_section.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace postern::config {
namespace {

using testing::HasSubstr;

constexpr Program kProgram{
    .name = "postern-sign", .purpose = "Signs.", .version = "1.2.3", .sections = test::kSections};

Result<CommandLine> parsed(const std::vector<const char*>& words) {
    std::vector<const char*> argv(words.size() + 1, "/usr/sbin/postern-sign");
    std::copy(words.begin(), words.end(), argv.begin() + 1);
    return parse_command_line(argv, kProgram);
}

TEST(CommandLine, WithoutAnythingReadsTheDefaultFile) {
    const auto line = parsed({});
    ASSERT_TRUE(line);
    EXPECT_EQ(line->path, "/etc/postern/postern.conf");
    EXPECT_FALSE(line->path_named);
    EXPECT_FALSE(line->check_only);
    EXPECT_FALSE(line->debug);
    EXPECT_EQ(line->print, "");
}

TEST(CommandLine, ReadsEverySwitch) {
    const auto line = parsed({"-nd", "-c", "my.conf", "-o", "sign.guard=log", "-olog.level=debug",
                              "-o", "sign.remark= a=b "});
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(line->path, "my.conf");
    EXPECT_TRUE(line->path_named);
    EXPECT_TRUE(line->check_only);
    EXPECT_TRUE(line->debug);
    EXPECT_THAT(line->overrides, testing::ElementsAre(Override{"sign", "guard", "log"},
                                                      Override{"log", "level", "debug"},
                                                      Override{"sign", "remark", " a=b "}));
}

TEST(CommandLine, RefusesWhatItDoesNotKnowInOneLine) {
    for (const std::vector<const char*>& words :
         std::vector<std::vector<const char*>>{{"-x"},
                                               {"--nonsense"},
                                               {"-c"},
                                               {"stray"},
                                               {"-o", "guard=log"},
                                               {"-o", "sign.guard"},
                                               {"-o", ".guard=1"},
                                               {"-o", "sign.=1"},
                                               {"--def"},
                                               {"--", "stray"}}) {
        const auto line = parsed(words);
        ASSERT_FALSE(line) << words.front();
        EXPECT_THAT(line.error().message, HasSubstr("see postern-sign --help"));
        EXPECT_EQ(line.error().message.find('\n'), std::string::npos);
    }
    EXPECT_EQ(parsed({"-o", "guard=log"}).error().message,
              "-o guard=log: write -o section.option=value; see postern-sign --help");
    EXPECT_EQ(parsed({"stray"}).error().message,
              "unexpected argument 'stray'; see postern-sign --help");
}

TEST(CommandLine, PrintsWhatIsAskedFor) {
    EXPECT_EQ(parsed({"--version"})->print, "postern-sign 1.2.3\n");
    EXPECT_THAT(parsed({"--help"})->print, HasSubstr("Usage: postern-sign "));
    EXPECT_THAT(parsed({"--defaults"})->print, HasSubstr("[sign]\n"));
    EXPECT_THAT(parsed({"--sample"})->print, HasSubstr("#timestamp = yes\n"));
}

TEST(CommandLine, AMissingDefaultFileIsEmptyAMissingNamedOneIsAProblem) {
    const std::string missing = testing::TempDir() + "postern_no_such.conf";
    std::filesystem::remove(missing);
    CommandLine line{.path = missing};
    line.overrides.push_back({"sign", "guard", "log"});
    Problems problems;
    EXPECT_EQ(load_settings(line, test::kSections, problems).value("sign", "guard").text, "log");
    EXPECT_EQ(to_text(problems), "");
    line.path_named = true;
    EXPECT_EQ(load_settings(line, test::kSections, problems).value("sign", "guard").text, "log");
    EXPECT_EQ(to_text(problems), missing + ": No such file or directory; name a configuration file "
                                           "that can be read\n");
}

} // namespace
} // namespace postern::config
