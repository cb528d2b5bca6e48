#include "common/message/address.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

namespace postern::message {

void PrintTo(const Mailbox& mailbox, std::ostream* out) {
    *out << '{' << mailbox.local_part << " @ " << mailbox.domain << '}';
}

namespace {

using testing::HasSubstr;
using testing_support::name_of;

struct Case {
    const char* name;
    std::string_view value;
    std::vector<Mailbox> mailboxes;
};
class From : public testing::TestWithParam<Case> {};
TEST_P(From, IsReadAsRfc5322Section34) {
    const auto found = parse_from(GetParam().value);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, GetParam().mailboxes);
}
INSTANTIATE_TEST_SUITE_P(
    Rfc5322Examples, From, // RFC 5322 appendix A.1.1 to A.1.3, A.5, A.6.1; RFC 6854 4
    testing::Values(
        Case{"a11", " John Doe <jdoe@machine.example>", {{"jdoe", "machine.example"}}},
        Case{"a12_quoted_name",
             "\"Joe Q. Public\" <john.q.public@example.com>",
             {{"john.q.public", "example.com"}}},
        Case{"a12_several",
             "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
             {{"mary", "x.test"}, {"jdoe", "example.org"}, {"one", "y.test"}}},
        Case{"a12_quoted_pair",
             "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
             {{"boss", "nil.test"}, {"sysservices", "example.net"}}},
        Case{"a13_group",
             "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
             {{"c", "a.test"}, {"joe", "where.test"}, {"jdoe", "one.test"}}},
        Case{"a5_comments",
             "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
             {{"pete", "silly.test"}}},
        Case{
            "a5_group_with_comments",
            "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
            "         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the "
            "group)",
            {{"c", "public.example"}, {"joe", "example.org"}, {"jdoe", "one.test"}}},
        Case{"a61_obsolete",
             "Joe Q. Public <john.q.public@example.com>",
             {{"john.q.public", "example.com"}}},
        Case{"a61_route", "Mary Smith <@node.test:mary@example.net>", {{"mary", "example.net"}}},
        Case{"a61_blanks_around_dots", "jdoe@test   . example", {{"jdoe", "test.example"}}},
        Case{"a63_blanks_and_comments",
             "John Doe <jdoe@machine(comment).  example>",
             {{"jdoe", "machine.example"}}}),
    name_of);
INSTANTIATE_TEST_SUITE_P(
    Forms, From,
    testing::Values(
        Case{"bare", "a@b", {{"a", "b"}}}, Case{"folded", "\r\n a\r\n @\r\n b\r\n ", {{"a", "b"}}},
        Case{"quoted_local_part_with_at", "\"a@b\"@c.example", {{"a@b", "c.example"}}},
        Case{"quoted_local_part_with_fold", "\"a\r\n b\"@c", {{"a b", "c"}}},
        Case{"words_and_dots", "a.\"b c\".d@e", {{"a.b c.d", "e"}}},
        Case{"address_in_quoted_name",
             "\"x@good.example\" <y@evil.example>",
             {{"y", "evil.example"}}},
        Case{"address_in_comment", "(x@good.example) y@evil.example", {{"y", "evil.example"}}},
        Case{"literal", "a@[192.0.2.1]", {{"a", "[192.0.2.1]"}}},
        Case{"literal_with_blanks", "a@[ IPv6:2001:db8::1 ]", {{"a", "[IPv6:2001:db8::1]"}}},
        Case{"long_route", "<@a,@b:u@c>", {{"u", "c"}}},
        Case{"utf8",
             "J\xc3\xb6rg <j\xc3\xb6rg@b\xc3\xbc"
             "cher.example>",
             {{"j\xc3\xb6rg", "b\xc3\xbc"
                              "cher.example"}}},
        Case{"latin1_in_name_is_borne", "J\xf6rg <j@example.org>", {{"j", "example.org"}}},
        Case{"encoded_word_is_an_atom", "=?utf-8?q?a=40b?= <c@d>", {{"c", "d"}}},
        Case{"case_stays", "A.B@Example.COM", {{"A.B", "Example.COM"}}},
        Case{"group_then_mailbox", "g:a@b;, c@d", {{"a", "b"}, {"c", "d"}}},
        Case{"dots_in_name", "J. R. R. T. <a@b>", {{"a", "b"}}},
        Case{"empty_quoted_name", "\"\" <a@b>", {{"a", "b"}}}),
    name_of);

struct Broken {
    const char* name;
    std::string value;
    const char* why;
};
class BrokenFrom : public testing::TestWithParam<Broken> {};
TEST_P(BrokenFrom, IsRefusedWithItsReason) {
    const auto found = parse_from(GetParam().value);
    ASSERT_FALSE(found) << testing::PrintToString(*found);
    EXPECT_THAT(found.error().message, HasSubstr(GetParam().why));
}
std::string repeated(std::string_view piece, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += piece;
    return text;
}
INSTANTIATE_TEST_SUITE_P(
    Confusion, BrokenFrom,
    testing::Values(Broken{"two_angles", "<a@x><b@y>", "two addresses"},
                    Broken{"bare_then_angle", "a@x <b@y>", "two addresses"},
                    Broken{"angle_then_bare", "<a@x> b@y", "two addresses"},
                    Broken{"two_bare", "a@x b@y", "two addresses"},
                    Broken{"two_in_one_angle", "<a@x@y>", "two addresses"},
                    Broken{"two_at_bare", "a@b@c", "two addresses"},
                    Broken{"angle_in_angle", "<<a@x>>", "\"<\""},
                    Broken{"encoded_word_with_at", "=?utf-8?q?a@good.example?= <b@y>",
                           "two addresses"},
                    Broken{"nul", std::string("a@good.example\0@evil.example", 28), "NUL"},
                    Broken{"control_octet", "a\x01@b", "control character"},
                    Broken{"bare_cr", "a@b\r, c@d", "folds nothing"},
                    Broken{"bare_lf", "a@b\n c@d", "folds nothing"},
                    Broken{"second_field", "a@b\r\nFrom: c@d", "folds nothing"},
                    Broken{"route_without_colon", "<@a,@b u@c>", "route"},
                    Broken{"text_after_angle", "<a@b> x", "text after"},
                    Broken{"open_comment", "a@b (x", "comment that does not end"},
                    Broken{"comment_ends_in_backslash", "a@b (x\\", "comment that does not end"},
                    Broken{"close_without_open", "a@b )", "text after"},
                    Broken{"open_quote", "\"a <a@b>", "quote that does not end"},
                    Broken{"not_utf8_in_address", "\xff@b", "UTF-8"},
                    Broken{"not_utf8_in_domain", "a@\xff", "UTF-8"}),
    name_of);
INSTANTIATE_TEST_SUITE_P(
    Garbage, BrokenFrom,
    testing::Values(
        Broken{"nothing", "", "empty address"}, Broken{"blank", "  ", "empty address"},
        Broken{"comment_only", "(x)", "empty address"}, Broken{"null_path", "<>", "empty address"},
        Broken{"empty_group", "undisclosed:;", "no address"}, Broken{"no_at", "postmaster", "no @"},
        Broken{"no_at_in_angle", "X <y>", "no @"},
        Broken{"unquoted_comma_in_name", "Doe, John <j@d>", "no @"},
        Broken{"empty_element", "a@b,,c@d", "empty address"},
        Broken{"comma_last", "a@b,", "empty address"}, Broken{"no_local", "@b", "no local part"},
        Broken{"no_domain", "a@", "no domain"}, Broken{"dot_last", "a@b.", "ends in a dot"},
        Broken{"two_dots_in_domain", "a@b..c", "ends in a dot"},
        Broken{"dot_first_in_domain", "a@.b", "no domain"},
        Broken{"two_dots", "a..b@c", "no local part"}, Broken{"dot_before_at", "a.@b", "no local"},
        Broken{"dot_first", ".a@b", "dot in front"},
        Broken{"two_words_before_at", "John Doe@b", "no local part"},
        Broken{"empty_quotes_before_at", "\"\"@b", "no local part"},
        Broken{"open_angle", "<a@b", "without its"}, Broken{"close_angle", "a@b>", "text after"},
        Broken{"group_open", "g: a@b", "without its \";\""},
        Broken{"group_in_group", "g: h: a@b;;", "group in a group"},
        Broken{"group_without_name", ":a@b;", "without name"},
        Broken{"semicolon", "a@b; c@d", "outside of a group"},
        Broken{"literal_open", "a@[1.2", "literal"},
        Broken{"brackets_in_name", "[x] <a@b>", "\"[\""},
        Broken{"too_long", std::string(kMaxAddressOctets + 1, 'a'), "too long"},
        Broken{"too_many", repeated("a@b,", kMaxMailboxes) + "a@b", "too many"},
        Broken{"too_deep", repeated("(", kMaxCommentDepth + 1), "too deep"}),
    name_of);

TEST(ParseFrom, TakesAsManyAndAsDeepAsItSays) {
    EXPECT_TRUE(parse_from(repeated("a@b,", kMaxMailboxes - 1) + "a@b"));
    EXPECT_TRUE(
        parse_from("a@b " + repeated("(", kMaxCommentDepth) + repeated(")", kMaxCommentDepth)));
}

// Others' reading of From fields; see tests/conformance/from/README.md.
TEST(ParseFrom, FindsTheDomainsThatOthersFind) {
    std::ifstream file(POSTERN_SOURCE_DIR "/tests/conformance/from/from.json");
    const auto rows = nlohmann::json::parse(file);
    ASSERT_EQ(rows.size(), 12u);
    for (const auto& row : rows) {
        auto value = row.at("from").get<std::string>();
        // One row of OpenDMARC's has the name of the field in front.
        if (value.starts_with("From: ")) value.erase(0, 6);
        const auto found = parse_from(value);
        const auto expected = row.at("domains").get<std::vector<std::string>>();
        std::vector<std::string> domains;
        if (found)
            for (const auto& mailbox : *found)
                domains.push_back(mailbox.domain);
        if (row.value("scored", true)) {
            EXPECT_EQ(domains, expected) << row;
        } else if (row.at("id") == "opendmarc-from-08") {
            EXPECT_EQ(domains, (std::vector<std::string>{"joe.com", "ace.com"})) << "all of them";
        } else {
            EXPECT_FALSE(found) << row << ": no reading of RFC 5322";
        }
    }
}

} // namespace
} // namespace postern::message
