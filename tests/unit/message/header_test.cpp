#include "common/message/header.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace postern::message {
namespace {

using testing::HasSubstr;
using testing_support::name_of;

TEST(HeaderBlock, KeepsFieldsAsOnTheWire) {
    HeaderBlock block;
    block.add("From", " a@example.org");
    block.add("X", "");
    ASSERT_EQ(block.size(), 2u);
    EXPECT_EQ(block[0].name, "From");
    EXPECT_EQ(block[0].value, " a@example.org");
    EXPECT_EQ(block[0].whole, "From: a@example.org");
    EXPECT_EQ(block[1].value, "");
    EXPECT_EQ(block.text(), "From: a@example.org\r\nX:\r\n");
    EXPECT_EQ(block.octets(), block.text().size());
}

struct Fold {
    const char* name;
    std::string_view value, kept;
};
class Folds : public testing::TestWithParam<Fold> {};
TEST_P(Folds, BecomeCrlfOnce) {
    HeaderBlock block;
    block.add("A", GetParam().value);
    EXPECT_EQ(block[0].value, GetParam().kept);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Folds,
    testing::Values(Fold{"lf", " a\n b", " a\r\n b"}, Fold{"crlf_stays", " a\r\n b", " a\r\n b"},
                    Fold{"mixed", " a\r\n b\n\tc", " a\r\n b\r\n\tc"},
                    Fold{"bare_cr_stays", " a\r b", " a\r b"},
                    Fold{"two_cr_before_lf", " a\r\r\n b", " a\r\r\n b"},
                    Fold{"lf_first", "\n a", "\r\n a"}, Fold{"lf_lf", "a\n\n b", "a\r\n\r\n b"},
                    Fold{"crlf_lf", "a\r\n\n b", "a\r\n\r\n b"}, Fold{"lf_last", "a\n", "a\r\n"}),
    name_of);

TEST(HeaderBlock, FindsNamesWithoutRegardToCaseAndToBlanksBeforeTheColon) {
    HeaderBlock block;
    for (const char* name : {"Received", "from", "Received", "FROM \t", "Fro"})
        block.add(name, " x");
    EXPECT_EQ(block.count("From"), 2u);
    EXPECT_EQ(block.find("From"), 1u);
    EXPECT_EQ(block.find("To"), HeaderBlock::npos);
    EXPECT_EQ(block.find_last("From", block.size()), 3u);
    EXPECT_EQ(block.find_last("From", 3), 1u);
    EXPECT_EQ(block.find_last("From", 1), HeaderBlock::npos);
    EXPECT_EQ(block.find_last("Received", 1000), 2u);
    EXPECT_EQ(block[3].name, "FROM");
    EXPECT_EQ(block[3].whole, "FROM \t: x");
}

TEST(HeaderBlock, ClearedAndMovedBlocksStayUsable) {
    HeaderBlock block;
    block.add("A", " 1");
    HeaderBlock moved = std::move(block);
    EXPECT_EQ(moved[0].whole, "A: 1");
    moved.clear();
    EXPECT_TRUE(moved.empty());
    EXPECT_EQ(moved.octets(), 0u);
    moved.add("B", " 2");
    EXPECT_EQ(moved[0].whole, "B: 2");
}

struct Whole {
    const char* name;
    std::string_view raw, fields;
    std::size_t count;
    std::string_view body;
};
class WholeMessage : public testing::TestWithParam<Whole> {};
TEST_P(WholeMessage, IsSplitAtItsFields) {
    const auto parsed = HeaderBlock::parse(GetParam().raw);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->headers.text(), GetParam().fields);
    EXPECT_EQ(parsed->headers.size(), GetParam().count);
    EXPECT_EQ(GetParam().raw.substr(parsed->body_start), GetParam().body);
}
INSTANTIATE_TEST_SUITE_P(
    Table, WholeMessage,
    testing::Values(
        Whole{"crlf", "A: 1\r\nB: 2\r\n\r\nbody", "A: 1\r\nB: 2\r\n", 2, "body"},
        Whole{"lf", "A: 1\nB: 2\n\nbody\n", "A: 1\r\nB: 2\r\n", 2, "body\n"},
        Whole{"folded", "A: 1\n  2\r\n\t3\nB:\n\nx", "A: 1\r\n  2\r\n\t3\r\nB:\r\n", 2, "x"},
        Whole{"blank_continuation_line", "A: 1\r\n \r\n 2\r\n\r\n", "A: 1\r\n \r\n 2\r\n", 1, ""},
        Whole{"no_body", "A: 1\r\n", "A: 1\r\n", 1, ""},
        Whole{"no_last_line_end", "A: 1", "A: 1\r\n", 1, ""},
        Whole{"no_last_line_end_in_fold", "A: 1\n 2", "A: 1\r\n 2\r\n", 1, ""},
        Whole{"no_header", "\r\nbody", "", 0, "body"}, Whole{"nothing", "", "", 0, ""},
        Whole{"body_with_more_empty_lines", "A:1\n\n\nb", "A:1\r\n", 1, "\nb"},
        Whole{"blank_before_colon", "A : 1\n\n", "A : 1\r\n", 1, ""},
        Whole{"bare_cr_is_no_line_end", "A: 1\r2\r\n\r\n", "A: 1\r2\r\n", 1, ""},
        Whole{"eight_bit_value", "A: \xc3\xa9\xff\n\n", "A: \xc3\xa9\xff\r\n", 1, ""}),
    name_of);

struct Broken {
    const char* name;
    std::string_view raw;
    const char* error;
};
class BrokenHeader : public testing::TestWithParam<Broken> {};
TEST_P(BrokenHeader, NamesTheLine) {
    const auto parsed = HeaderBlock::parse(GetParam().raw);
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, HasSubstr(GetParam().error));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BrokenHeader,
    testing::Values(Broken{"no_colon", "A: 1\n 2\nnonsense\n\n", "line 3 is no field: it has no"},
                    Broken{"fold_first", " A: 1\n\n", "line 1 is no field: it begins with white"},
                    Broken{"no_name", "A: 1\n: 2\n", "line 2"},
                    Broken{"blank_name", " \t: 2\n", "line 1"},
                    Broken{"blank_in_name", "Mail From: x\n", "line 1"},
                    Broken{"eight_bit_name", "A: 1\r\n\xc3\xa9: x\r\n", "line 2"},
                    Broken{"control_in_name", "A\x01: 1\n", "line 1"}),
    name_of);

} // namespace
} // namespace postern::message
