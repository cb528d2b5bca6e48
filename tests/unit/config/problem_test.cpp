#include "common/config/problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::config {
namespace {

TEST(Problem, SaysWhereWhatAndWhatWouldBeRight) {
    const Problem problem{.origin = {.file = "postern.conf", .line = 12},
                          .option = "[sign] key-table",
                          .what = "/x: No such file or directory",
                          .remedy = "name an existing file"};
    EXPECT_EQ(problem.text(), "postern.conf:12: [sign] key-table: /x: No such file or directory; "
                              "name an existing file");
    EXPECT_EQ((Problem{.origin = {}, .option = {}, .what = "nothing to do", .remedy = {}}.text()),
              "default: nothing to do");
    EXPECT_EQ((Origin{.file = std::string(kCommandLine), .line = 0}.text()), "command line");
    EXPECT_EQ((Origin{.file = "postern.conf", .line = 0}.text()), "postern.conf");
}

TEST(Problem, ComesInTheOrderAPersonReads) {
    const auto at = [](const char* file, int line) {
        return Problem{
            .origin = {.file = file, .line = line}, .option = {}, .what = "x", .remedy = {}};
    };
    Problems problems{
        at("", 0),  at("command line", 0), at("a", 9), at("table", 3), at("a", 2), at("a", 9),
        at("a", 0), at("table", 1)};
    in_file_order(problems);
    EXPECT_THAT(problems, testing::ElementsAre(at("a", 0), at("a", 2), at("a", 9), at("table", 1),
                                               at("table", 3), at("command line", 0), at("", 0)));
}

TEST(Problem, QuotesWhatCannotBePrinted) {
    EXPECT_EQ(in_quotes("a\x1b[1m\n"), "\"a\\x1b[1m\\x0a\"");
    EXPECT_LE(in_quotes(std::string(1000, 'x')).size(), 90U);
}

} // namespace
} // namespace postern::config
