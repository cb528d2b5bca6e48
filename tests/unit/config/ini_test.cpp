#include "common/config/ini.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::config {
namespace {

using testing_support::name_of;

/// "[section]name=<value>@line " for every entry, then every problem in lines of their own.
std::string shown(std::string_view text) {
    Problems problems;
    std::string shown;
    for (const IniSection& section : parse_ini(text, "f", problems))
        for (const IniEntry& entry : section.entries)
            shown += "[" + section.name + "]" + entry.name + "=<" + entry.value + ">@" +
                     std::to_string(entry.line) + " ";
    for (const Problem& problem : problems)
        shown += "\n" + problem.text();
    return shown;
}

struct Case {
    const char* name;
    std::string_view text, shown;
};
class Ini : public testing::TestWithParam<Case> {};
TEST_P(Ini, Reads) { EXPECT_EQ(shown(GetParam().text), GetParam().shown); }

INSTANTIATE_TEST_SUITE_P(
    Table, Ini,
    testing::Values(
        Case{"nothing", "", ""}, Case{"blank_lines_only", "\n  \n\t\n", ""},
        Case{"one", "[s]\na = b\n", "[s]a=<b>@2 "},
        Case{"no_line_feed_at_the_end", "[s]\na = b", "[s]a=<b>@2 "},
        Case{"blanks_around", "  [ s ]  \n\t a\t=\t b c \t\n", "[s]a=<b c>@2 "},
        Case{"no_blanks", "[s]\na=b=c\n", "[s]a=<b=c>@2 "},
        Case{"comment_lines", "# x\n[s]\n; y\n  # z = 1\na=b\n", "[s]a=<b>@5 "},
        Case{"heading_with_comment", "[s] # why\na=b\n", "[s]a=<b>@2 "},
        Case{"comment_after_a_value", "[s]\na = b # c\n", "[s]a=<b>@2 "},
        Case{"comment_after_a_tab", "[s]\na = b\t# c\n", "[s]a=<b>@2 "},
        Case{"hash_in_a_word_is_text", "[s]\na = b#c d\n", "[s]a=<b#c d>@2 "},
        Case{"semicolon_in_a_value_is_text", "[s]\na = b ; c\n", "[s]a=<b ; c>@2 "},
        Case{"comment_instead_of_a_value", "[s]\na = # c\n", "[s]a=<>@2 "},
        Case{"empty_value", "[s]\na =\nb=\n", "[s]a=<>@2 [s]b=<>@3 "},
        Case{"quotes_protect_blanks_and_hashes", "[s]\na = \" b # c \" # d\n", "[s]a=< b # c >@2 "},
        Case{"quotes_empty", "[s]\na = \"\"\n", "[s]a=<>@2 "},
        Case{"quotes_with_escapes", "[s]\na = \"\\\"b\\\\c\\d\"\n", "[s]a=<\"b\\c\\d>@2 "},
        Case{"quote_inside_is_text", "[s]\na = b\"c\n", "[s]a=<b\"c>@2 "},
        Case{"quote_not_closed", "[s]\na = \"b\nc=d\n",
             "[s]c=<d>@3 \nf:2: [s] a: the quote is not closed; end the value with \""},
        Case{"nothing_from_the_file_reaches_a_terminal", "[s\x1b]\n\x1b[1m\r = \"b\n",
             "\nf:2: [s\\x1b] \\x1b[1m: the quote is not closed; end the value with \""},
        Case{"backslash_does_not_close_a_quote", "[s]\na = \"b\\\"\n",
             "\nf:2: [s] a: the quote is not closed; end the value with \""},
        Case{"text_after_a_quote", "[s]\na = \"b\", \"c\"\n",
             "\nf:2: [s] a: text follows the closing quote; put the whole value in quotes, and "
             "write a quote inside as \\\""},
        Case{"crlf", "[s]\r\na = b\r\nc = \"d\"\r\n\r\n", "[s]a=<b>@2 [s]c=<d>@3 "},
        Case{"byte_order_mark", "\xEF\xBB\xBF[s]\na=b\n", "[s]a=<b>@2 "},
        Case{"utf8_is_kept", "[s]\na = b\xC3\xBC\n", "[s]a=<b\xC3\xBC>@2 "},
        Case{"section_again", "[s]\na=1\n[t]\nb=2\n[s]\nc=3\n",
             "[s]a=<1>@2 [t]b=<2>@4 [s]c=<3>@6 "},
        Case{"before_any_section", "a = b\n", "[]a=<b>@1 "},
        Case{"no_setting", "[s]\nhello\n", "\nf:2: \"hello\" is no setting; write name = value"},
        Case{"continuation_as_in_main_cf", "[s]\na = b\n   c\n",
             "[s]a=<b>@2 \nf:3: \"c\" is no setting; write name = value; a value cannot go on in "
             "the next line, write it in one line or the option again"},
        Case{"no_name", "[s]\n = b\n", "\nf:2: no name stands before the =; write name = value"},
        Case{"heading_not_closed", "[s\na=b\n",
             "[]a=<b>@2 \nf:1: \"[s\" is no section heading; write [name] on a line of its own"},
        Case{"heading_empty", "[ ]\n",
             "\nf:1: \"[ ]\" is no section heading; write [name] on a line of its own"},
        Case{"heading_with_text", "[s] a=b\n",
             "\nf:1: \"[s] a=b\" is no section heading; write [name] on a line of its own"},
        Case{"nul", std::string_view("[s]\na=b\0c\n", 10),
             "\nf:2: the line has a NUL octet; write the file as plain text"}),
    name_of);

TEST(IniLimits, LinesOf64KiBAreReadAndLongerOnesAreProblems) {
    const std::string fits = "[s]\na=" + std::string(kMaxLineBytes - 2, 'x') + "\n";
    EXPECT_THAT(shown(fits), testing::StartsWith("[s]a=<xxx"));
    EXPECT_EQ(shown("[s]\na=" + std::string(kMaxLineBytes - 1, 'x') + "\nb=c\n"),
              "[s]b=<c>@3 \nf:2: the line is longer than 65536 octets; put long lists into a file "
              "of their own");
}

TEST(IniLimits, ABinaryFileGivesABoundedNumberOfProblems) {
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += "rubbish\n";
    Problems problems;
    EXPECT_TRUE(parse_ini(text, "f", problems).empty());
    ASSERT_EQ(problems.size(), kMaxProblems + 1);
    EXPECT_EQ(problems.back().text(), "f:100: too many problems, the rest of the file was not "
                                      "read; is this a postern.conf?");
}

} // namespace
} // namespace postern::config
