// What Postfix makes of these messages is measured in tests/e2e/replay/byte_true_test.py; here are
// the same rules, quickly.
#include "common/postfix/message.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::postfix {
namespace {

using namespace std::string_literals;
using testing_support::name_of;

std::string shown(const Message& message) {
    std::string out;
    for (const HeaderField& field : message.header)
        out += "{" + field.name + "}" + field.value + "|";
    return out + message.body;
}

struct Case {
    const char* name;
    std::string text, shown;
};
class ParsedMessage : public testing::TestWithParam<Case> {};
TEST_P(ParsedMessage, IsWhatCleanupKeeps) {
    EXPECT_EQ(shown(parse_message(GetParam().text)), GetParam().shown);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ParsedMessage,
    testing::Values(Case{"crlf", "A: b\r\n\tc\r\nD:e\r\n\r\nx\r\n", "{A} b\n\tc|{D}e|x\r\n"},
                    Case{"lf", "A: b\n c\n\nx\ny\n", "{A} b\n c|x\r\ny\r\n"},
                    Case{"blanks_before_the_colon_go", "A \t: b\n\n", "{A} b|"},
                    Case{"no_end_of_last_line", "A: b\n\nx", "{A} b|x\r\n"},
                    Case{"header_only", "A: b\n", "{A} b|"},
                    Case{"header_without_line_end", "A: b", "{A} b|"},
                    Case{"no_header_begins_the_body", "A: b\nno header\n", "{A} b|no header\r\n"},
                    Case{"begins_with_a_blank", " x\nA: b\n", " x\r\nA: b\r\n"},
                    Case{"empty", "", ""}, Case{"only_empty_line", "\r\n", ""},
                    Case{"stray_cr_is_a_blank", "A: b\rc\n\nd\re\r\r\n", "{A} b c|d e\r\n"},
                    Case{"nul_ends_a_header_line", "A: b\0c\n d\n\ne\0f\n"s, "{A} b\n d|e\0f\r\n"s},
                    Case{"name_with_octets_above_ascii_is_none", "\xc3\xa4: b\n",
                         "\xc3\xa4: b\r\n"},
                    Case{"colon_first_is_no_header", ": b\n", ": b\r\n"},
                    Case{"two_words_are_no_name", "A b: c\n", "A b: c\r\n"}),
    name_of);

TEST(ParsedMessage, FieldsAreCutAtAFoldNearTheLimit) {
    const MessageLimits limits{.header_field = 20};
    EXPECT_EQ(shown(parse_message("A: 345678901234567\n 01234\n\n", limits)),
              "{A} 345678901234567|"); // the fold is past nine tenths
    EXPECT_EQ(shown(parse_message("A: 34\n 789012345678901234\n\n", limits)),
              "{A} 34\n 7890123456789|");
}

TEST(ParsedMessage, TextIsTheWire) {
    Message message = parse_message("A: b\n c\n\nx\n");
    message.header.insert(message.header.begin(),
                          {.name = "Received", .value = " us\n\tx", .hidden = true});
    EXPECT_EQ(message.text(), "Received: us\r\n\tx\r\nA: b\r\n c\r\n\r\nx\r\n");
    EXPECT_EQ(message.header_text(Message::Hidden::Leave), "A: b\r\n c\r\n");
}

} // namespace
} // namespace postern::postfix
