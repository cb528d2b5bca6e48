#include "tests/support/name_of.hpp"
#include "tools/postern/arguments.hpp"
#include "tools/postern/command.hpp"

#include <gmock/gmock.h>

#include <array>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace postern::tool {
namespace {

using testing::HasSubstr;
using testing_support::name_of;

constexpr std::array kOptions{ArgumentOption{.name = "loud", .help = "Louder."}};
constexpr Usage kSayUsage{.command = "say", .purpose = "Says it.", .options = kOptions};
constexpr Usage kZoneUsage{.command = "dns zone", .purpose = "Prints a zone.", .options = {}};
constexpr Usage kBreakUsage{.command = "break", .purpose = "Breaks.", .options = {}};

const std::array kCommands{
    Command{.name = "say",
            .summary = "says it",
            .usage = &kSayUsage,
            .run =
                [](const Arguments& arguments, Streams io) {
                    io.out << (arguments.given("loud") ? "IT" : "it");
                    return 7;
                }},
    Command{.name = "dns zone",
            .summary = "prints a zone",
            .usage = &kZoneUsage,
            .run =
                [](const Arguments&, Streams io) {
                    io.out << "zone";
                    return 0;
                }},
    Command{.name = "break",
            .summary = "breaks",
            .usage = &kBreakUsage,
            .run = [](const Arguments&, Streams) -> int { throw std::runtime_error("a bug"); }},
};

struct Case {
    const char* name;
    std::vector<const char*> words;
    int code;
    const char* out;
    const char* err;
};
class Dispatch : public testing::TestWithParam<Case> {};
TEST_P(Dispatch, RunsWhatTheWordsSay) {
    std::ostringstream out, err;
    EXPECT_EQ(dispatch(GetParam().words, kCommands, {out, err}), GetParam().code) << err.str();
    EXPECT_THAT(out.str(), HasSubstr(GetParam().out));
    EXPECT_THAT(err.str(), HasSubstr(GetParam().err));
}
INSTANTIATE_TEST_SUITE_P(
    Table, Dispatch,
    testing::Values(Case{"command", {"say"}, 7, "it", ""},
                    Case{"option", {"say", "--loud"}, 7, "IT", ""},
                    Case{"two_words", {"dns", "zone"}, 0, "zone", ""},
                    Case{"nothing", {}, 64, "", "Commands:"},
                    Case{"help", {"--help"}, 0, "dns zone  prints a zone", ""},
                    Case{"help_word", {"help"}, 0, "Commands:", ""},
                    Case{"help_of_a_command", {"help", "dns", "zone"}, 0, "Prints a zone.", ""},
                    Case{"help_of_a_command_by_option", {"say", "-h"}, 0, "Says it.", ""},
                    Case{"version", {"--version"}, 0, "postern ", ""},
                    Case{"misspelled", {"sayy"}, 64, "", "did you mean \"say\"?"},
                    Case{"nothing_like_it", {"xyzzy"}, 64, "", "unknown command \"xyzzy\"\n"},
                    Case{"half_a_name", {"dns"}, 64, "", "which of these?\n  dns zone"},
                    Case{"second_word_unknown", {"dns", "zonk"}, 64, "", "dns zone"},
                    Case{"wrong_option", {"say", "--lowd"}, 64, "", "did you mean --loud?"},
                    Case{"control_characters", {"a\x1b[2J"}, 64, "", "a\\x1b[2J"},
                    Case{"exception", {"break"}, 70, "", "a bug"}),
    name_of);

} // namespace
} // namespace postern::tool
