#include "common/config/table_file.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace postern::config {
namespace {

using testing_support::name_of;

std::string shown(const Result<TableFile, Problems>& table) {
    if (!table) return to_text(table.error());
    std::string shown;
    for (const TableEntry& row : table->entries())
        shown += std::to_string(row.line) + "<" + std::string(row.key) + "|" +
                 std::string(row.value) + ">";
    return shown;
}

struct Case {
    const char* name;
    TableSyntax syntax;
    std::string_view text, shown;
};
class Table : public testing::TestWithParam<Case> {};
TEST_P(Table, Reads) {
    const auto table = TableFile::parse(std::string(GetParam().text), "t", GetParam().syntax);
    EXPECT_EQ(shown(table), GetParam().shown);
}

constexpr auto kDkim = TableSyntax::OpenDkim;
constexpr auto kPostfix = TableSyntax::Postfix;
INSTANTIATE_TEST_SUITE_P(
    Table, Table,
    testing::Values(
        Case{"dkim_nothing", kDkim, "", ""},
        Case{"dkim_row", kDkim, "key\t value one \n", "1<key|value one>"},
        Case{"dkim_comment_anywhere", kDkim, "# c\na b#c\nk#v w\n", "2<a|b>3<k|>"},
        Case{"dkim_key_alone", kDkim, "\n192.0.2.1\n", "2<192.0.2.1|>"},
        Case{"dkim_leading_blanks", kDkim, "  a b\n", "1<a|b>"},
        Case{"dkim_crlf_and_no_end", kDkim, "a b\r\nc d", "1<a|b>2<c|d>"},
        Case{"dkim_nul", kDkim, std::string_view("a b\0c\n", 6),
             "t:1: the line has a NUL octet; write plain text\n"},
        Case{"postfix_row", kPostfix, "key\t value one \n", "1<key|value one>"},
        Case{"postfix_hash_only_at_the_start", kPostfix, "# c\n  # c\na#b c # d\n", "3<a#b|c # d>"},
        Case{"postfix_continuation", kPostfix, "a b,\n c\n\td\ne f\n", "1<a|b, c\td>4<e|f>"},
        Case{"postfix_key_on_one_line_value_on_the_next", kPostfix, "a\n b\n", "1<a|b>"},
        Case{"postfix_comments_do_not_end_a_row", kPostfix, "a b\n# c\n\n   \n # c\n d\n",
             "1<a|b d>"},
        Case{"postfix_quoted_key", kPostfix, "\"a b\"@c d\n\"e\\\" f\" g\nh\\ i j\n",
             "1<\"a b\"@c|d>2<\"e\\\" f\"|g>3<h\\ i|j>"},
        Case{"postfix_quote_not_closed", kPostfix, "\"a b\nc d\n",
             "t:1: a quote in the key is not closed; close it with \"\n"},
        Case{"postfix_crlf", kPostfix, "a b\r\n c\r\n", "1<a|b\r c>"},
        Case{"postfix_no_value", kPostfix, "a\n\nb   \nc d\n",
             "t:1: \"a\" has no value; write key, white space, value\n"
             "t:3: \"b\" has no value; write key, white space, value\n"},
        Case{"postfix_first_row_indented", kPostfix, " a b\nc d\n",
             "t:1: the first row begins with white space; begin it at the start of the line\n"},
        Case{"postfix_nul", kPostfix, std::string_view("a b\0c\n", 6),
             "t:1: the row has a NUL octet; write plain text, not the .db file\n"}),
    name_of);

TEST(TableLimits, LinesOpenDkimWouldSplitAreProblems) {
    const std::string fits = "k " + std::string(1021, 'v') + "\n";
    EXPECT_EQ(TableFile::parse(fits, "t", kDkim)->entries()[0].value.size(), 1021U);
    EXPECT_EQ(shown(TableFile::parse("a b\nk " + std::string(1022, 'v') + "\n", "t", kDkim)),
              "t:2: the line has 1024 octets, and the limit is 1023; name a key file instead of an "
              "inline key, or shorten the comment\n");
}

TEST(TableLimits, RowsOver64KiBAreProblems) {
    std::string text = "k v\n";
    for (int i = 0; i < 2000; ++i)
        text += "  " + std::string(40, 'x') + "\n";
    EXPECT_EQ(shown(TableFile::parse(text, "t", kPostfix)),
              "t:1: the row is longer than 65536 octets; does a line below begin with white space "
              "by mistake?\n");
}

TEST(TableLimits, ProblemsAreBounded) {
    std::string text;
    for (int i = 0; i < 10'000; ++i)
        text += "alone\n";
    EXPECT_LE(TableFile::parse(text, "t", kPostfix).error().size(), kMaxProblems + 1);
}

TEST(TableFile, CopiesOutliveTheirOriginal) {
    TableFile copy;
    {
        const auto table = TableFile::parse("a b\n", "t", kDkim); // short: text inside the string
        copy = *table;
    }
    const TableFile moved = std::move(copy);
    EXPECT_EQ(moved.entries()[0].value, "b");
    EXPECT_EQ(moved.origin(moved.entries()[0]).text(), "t:1");
}

TEST(TableFile, ReadsAFileAndSaysWhenItCannot) {
    const std::string path = testing::TempDir() + "postern_table_test";
    std::ofstream(path) << "a b\n";
    EXPECT_EQ(shown(TableFile::read(path, kDkim)), "1<a|b>");
    EXPECT_EQ(shown(TableFile::read(path, kDkim, 3)),
              path + ": larger than 3 bytes; name a table file that can be read\n");
    std::filesystem::remove(path);
    EXPECT_EQ(shown(TableFile::read(path, kDkim)),
              path + ": No such file or directory; name a table file that can be read\n");
}

TEST(TableFile, HundredThousandRowsLoadInNoTime) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) {
        const std::string domain = "customer" + std::to_string(i) + ".example.com";
        for (const std::string_view part :
             {std::string_view("2026a._domainkey."), std::string_view(domain),
              std::string_view("\t"), std::string_view(domain),
              std::string_view(":2026a:/etc/postern/keys/"), std::string_view(domain),
              std::string_view("/2026a.pem\n")})
            text += part;
    }
    const std::string path = testing::TempDir() + "postern_table_large";
    std::ofstream(path) << text;
    for (const TableSyntax syntax : {kDkim, kPostfix}) {
        const auto start = std::chrono::steady_clock::now();
        const auto table = TableFile::read(path, syntax);
        const double ms =
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                .count();
        ASSERT_TRUE(table);
        EXPECT_EQ(table->entries().size(), 100'000U);
        EXPECT_EQ(table->entries().back().line, 100'000);
        std::printf("100,000 rows, %zu octets, %s: %.1f ms\n", text.size(),
                    syntax == kDkim ? "OpenDKIM syntax" : "Postfix syntax", ms);
        EXPECT_LT(ms, 1000) << "generous: this runs under sanitizers and on busy machines";
    }
    std::filesystem::remove(path);
}

} // namespace
} // namespace postern::config
