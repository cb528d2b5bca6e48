#include "common/base/log.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(LogLine, LooksAsDocumented) {
    EXPECT_EQ(LogLine("4ZxQ1m2Kb2")
                  .add("action", "skipped")
                  .add("why", "no key for example.net")
                  .add("from", "<x@example.net>")
                  .add("client", "[192.0.2.7]")
                  .add("body", 20311)
                  .add_ms("ms", 1.938)
                  .text(),
              "4ZxQ1m2Kb2: action=skipped why=\"no key for example.net\" from=<x@example.net> "
              "client=[192.0.2.7] body=20311 ms=1.9");
    EXPECT_EQ(LogLine().add("empty", "").text(), "empty=\"\"");
}

TEST(LogLine, NothingFromOutsideCanForgeALineOrAPair) {
    EXPECT_EQ(LogLine("id").add("from", "a\r\nid2: action=signed").text(),
              "id: from=\"a\\x0d\\x0aid2: action=signed\"");
    EXPECT_EQ(LogLine("id").add("x", "a\" action=\"signed").text(),
              "id: x=\"a\\x22 action=\\x22signed\"");
    EXPECT_EQ(LogLine("i\nd").add("x", "1").text(), "i\\x0ad: x=1");
}

TEST(LogLine, KeepsUtf8EscapesOtherOctetsAndCutsLongValues) {
    EXPECT_EQ(escape_for_log("b\xC3\xBC"
                             "cher"),
              "b\xC3\xBC"
              "cher");
    EXPECT_EQ(escape_for_log("\xFF\x7F\\"), "\\xff\\x7f\\x5c");
    EXPECT_EQ(escape_for_log("abcdef", 3), "abc...");
    EXPECT_EQ(escape_for_log("ab\xC3\xBC"
                             "cd",
                             3),
              "ab...")
        << "not in the middle of a character";
}

} // namespace
} // namespace postern
