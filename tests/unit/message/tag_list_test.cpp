#include "common/message/tag_list.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::message {
namespace {

using testing::HasSubstr;
using testing_support::name_of;

struct Case {
    const char* name;
    std::string_view text;
    std::vector<Tag> tags;
};
class TagListOf : public testing::TestWithParam<Case> {};
TEST_P(TagListOf, IsThatOfRfc6376Section32) {
    const auto list = TagList::parse(GetParam().text);
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(std::vector<Tag>(list->tags().begin(), list->tags().end()), GetParam().tags);
}
INSTANTIATE_TEST_SUITE_P(
    Table, TagListOf,
    testing::Values(
        Case{"one", "v=1", {{"v", "1"}}},
        Case{"end_semicolon", "v=DKIM1; p=;", {{"v", "DKIM1"}, {"p", ""}}},
        Case{"end_semicolon_and_blanks", "v=1; \r\n ", {{"v", "1"}}},
        Case{"blanks_everywhere", " \tv \r\n =\r\n 1\t;\r\n\ta = b ", {{"v", "1"}, {"a", "b"}}},
        Case{"blanks_inside_stay",
             "n= hello  there ;h=a :\r\n b",
             {{"n", "hello  there"}, {"h", "a :\r\n b"}}},
        Case{"equal_signs_in_value", "b=YQ==;c=a=b", {{"b", "YQ=="}, {"c", "a=b"}}},
        Case{"names_are_case_sensitive", "a=1;A=2", {{"a", "1"}, {"A", "2"}}},
        Case{"underscore_and_digits_in_names", "a_1=x", {{"a_1", "x"}}},
        Case{"degenerate_folding", "v=1;\r\n \r\n \r\n a=2", {{"v", "1"}, {"a", "2"}}},
        Case{"utf8_value", "i=\xc3\xa9@example.org", {{"i", "\xc3\xa9@example.org"}}},
        // RFC 6376 3.5, the example (first tags)
        Case{"rfc6376_example",
             " v=1; a=rsa-sha256; d=example.net; s=brisbane;\r\n   c=simple; q=dns/txt; "
             "i=@eng.example.net;\r\n   t=1117574938; x=1118006938;\r\n   h=from:to:subject:date;",
             {{"v", "1"},
              {"a", "rsa-sha256"},
              {"d", "example.net"},
              {"s", "brisbane"},
              {"c", "simple"},
              {"q", "dns/txt"},
              {"i", "@eng.example.net"},
              {"t", "1117574938"},
              {"x", "1118006938"},
              {"h", "from:to:subject:date"}}}),
    name_of);

struct Broken {
    const char* name;
    std::string text;
    const char* error;
};
class BrokenTagList : public testing::TestWithParam<Broken> {};
TEST_P(BrokenTagList, IsRefusedWithAReason) {
    const auto list = TagList::parse(GetParam().text);
    ASSERT_FALSE(list);
    EXPECT_THAT(list.error().message, HasSubstr(GetParam().error));
}
std::string many(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += "a" + std::to_string(i) + "=;";
    return text;
}
INSTANTIATE_TEST_SUITE_P(
    Table, BrokenTagList,
    testing::Values(
        Broken{"nothing", "", "no tags"}, Broken{"blanks", " \r\n ", "no tags"},
        Broken{"semicolon", ";", "empty tag"},
        Broken{"two_semicolons", "a=1;;b=2", "empty tag at octet 4"},
        Broken{"two_semicolons_at_end", "a=1; ;", "empty tag"},
        Broken{"twice", "a=1; b=2; a=1", "tag a= twice"}, Broken{"no_name", "=1", "no tag name"},
        Broken{"digit_first", "1a=1", "no tag name"},
        Broken{"no_equal_sign", "a", "no \"=\" behind the tag name a"},
        Broken{"two_words", "a b=1", "no \"=\""}, Broken{"hyphen_in_name", "a-b=1", "no \"=\""},
        Broken{"control_in_value", "a=\x01", "must not have"},
        Broken{"del_in_value", "a=\x7f", "must not have"},
        Broken{"nul_in_value", std::string("a=x\0y", 5), "must not have"},
        Broken{"bare_cr", "a=x\ry", "must not have"},
        Broken{"crlf_that_folds_nothing", "a=x\r\nb=y", "must not have"},
        Broken{"crlf_at_end", "a=x;\r\n", "folds nothing"},
        Broken{"bare_lf", "a=\n 1", "folds nothing"}, Broken{"not_utf8", "a=\xff", "not UTF-8"},
        Broken{"too_many", many(TagList::kMaxTags + 1), "too many"}),
    name_of);

TEST(TagList, FindTellsEmptyFromAbsent) {
    const auto list = TagList::parse("p=; k=rsa");
    ASSERT_TRUE(list);
    EXPECT_EQ(list->find("p"), "");
    EXPECT_EQ(list->find("k"), "rsa");
    EXPECT_EQ(list->find("K"), std::nullopt);
    EXPECT_TRUE(TagList::parse(many(TagList::kMaxTags)));
}

TEST(TagList, WithoutFolding) {
    EXPECT_EQ(without_folding(" a\r\n\t b "), "ab");
    EXPECT_EQ(without_folding(""), "");
}

} // namespace
} // namespace postern::message
