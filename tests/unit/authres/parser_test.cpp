// What is read: the grammar of RFC 8601 2.2 with everything legal between its words, what others
// write beside it, and hostile shapes. The published vectors are in tests/conformance/authres.
#include "common/authres/field.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>

namespace postern::authres {
namespace {

using testing::HasSubstr;
using testing_support::name_of;

TEST(Parser, ReadsTheMultiTierExampleOfRfc8601) { // B.6
    const auto field = parse(" example.com;\r\n"
                             "         dkim=pass reason=\"good signature\"\r\n"
                             "           header.i=@mail-router.example.net;\r\n"
                             "         dkim=fail reason=\"bad signature\"\r\n"
                             "           header.i=@newyork.example.com");
    ASSERT_TRUE(field) << field.error().message;
    const Field expected{.authserv_id = "example.com",
                         .results = {{.method = "dkim",
                                      .result = "pass",
                                      .reason = "good signature",
                                      .properties = {{"header", "i", "@mail-router.example.net"}}},
                                     {.method = "dkim",
                                      .result = "fail",
                                      .reason = "bad signature",
                                      .properties = {{"header", "i", "@newyork.example.com"}}}}};
    EXPECT_EQ(*field, expected);
}

TEST(Parser, KeepsThePropertiesInTheirOrderAndTheOddOnesToo) {
    const auto field = parse(
        "mx; Dmarc/2=PASS action=none Header.From=a reason=x header.from=\"a\\\"b\" reason=y");
    ASSERT_TRUE(field) << field.error().message;
    const MethodResult expected{
        .method = "dmarc",
        .result = "pass",
        .reason = "x",
        .properties = {{"", "action", "none"}, {"header", "from", "a"}, {"header", "from", "a\"b"}},
        .version = 2};
    ASSERT_EQ(field->results.size(), 1U);
    EXPECT_EQ(field->results[0], expected);
}

struct Value {
    const char* name;
    std::string written, value;
};
class ParserReads : public testing::TestWithParam<Value> {};
TEST_P(ParserReads, TheValue) {
    const auto field =
        parse("mx.example.org; spf=pass smtp.mailfrom=" + GetParam().written + " (c) smtp.helo=h");
    ASSERT_TRUE(field) << field.error().message;
    ASSERT_EQ(field->results.size(), 1U);
    ASSERT_EQ(field->results[0].properties.size(), 2U);
    EXPECT_EQ(field->results[0].properties[0].value, GetParam().value);
}
INSTANTIATE_TEST_SUITE_P(Table, ParserReads, // RFC 8601 2.2 pvalue; RFC 5322 3.2.4 quoted-string
                         testing::Values(Value{"token", "a.example", "a.example"},
                                         Value{"space_before", " \t(x) a.example", "a.example"},
                                         Value{"address", "u@a.example", "u@a.example"},
                                         Value{"quoted", "\"a b\"", "a b"}, //
                                         Value{"quoted_pair", "\"a\\\"b\\\\c\\d\"", "a\"b\\cd"},
                                         Value{"folded_quotes", "\"a\r\n\tb\"", "a b"},
                                         Value{"quoted_local_part", "\"a \\\"b\"@c.example",
                                               "\"a \\\"b\"@c.example"},
                                         Value{"unquoted_specials", "a/b:c,<d>=", "a/b:c,<d>="},
                                         Value{"brackets", "[192.0.2.1]", "[192.0.2.1]"},
                                         Value{"invalid_utf8", "\"b\xfc\x63her\"", "b?cher"},
                                         Value{"control_in_quotes", "\"a\x01z\"", "az"}),
                         name_of);

struct Refusal {
    const char* name;
    std::string value;
    const char* why;
};
class ParserRefuses : public testing::TestWithParam<Refusal> {};
TEST_P(ParserRefuses, AndSaysWhere) {
    const auto field = parse(GetParam().value);
    ASSERT_FALSE(field);
    EXPECT_EQ(field.error().message, GetParam().why);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ParserRefuses,
    testing::Values(
        Refusal{"nothing", " \r\n\t", "at octet 4: no authserv-id"},
        Refusal{"only_a_comment", "(mx.example.org)", "at octet 16: no authserv-id"},
        Refusal{"other_version", "mx.example.org 2; dkim=pass",
                "at octet 16: version 2 is not known (RFC 8601 2.2)"},
        Refusal{"huge_version", "mx 99999999999999999999999; none",
                "at octet 26: version 99999999999999999999 is not known (RFC 8601 2.2)"},
        Refusal{"result_beside_none", "mx; none; dkim=pass",
                "at octet 14: a result beside \"none\""},
        Refusal{"none_beside_result", "mx; dkim=pass; none",
                "at octet 19: \"none\" beside results"},
        Refusal{"no_result", "mx; dkim=;", "at octet 9: \";\" instead of a result"},
        Refusal{"no_value", "mx; dkim=pass header.d=", "at octet 23: a value is missing"},
        Refusal{"open_quote", "mx; dkim=pass header.d=\"a\\\"",
                "at octet 27: a quote that does not end"},
        Refusal{"quote_ends_in_backslash", "mx; dkim=pass header.d=\"a\\",
                "at octet 26: a quote that does not end"},
        Refusal{"open_comment", "mx; dkim=pass (a (b)", "at octet 20: a comment that does not end"},
        Refusal{"closed_too_often", "mx; dkim=pass (a)) header.d=b",
                "at octet 17: \")\" instead of a property"},
        Refusal{"nul", std::string("mx\0; none", 9),
                "at octet 2: a control character instead of \";\""},
        Refusal{"bare_utf8", "mx; dkim=pass header.i=\xc3\xa9",
                "at octet 23: an octet that must stand in quotes instead of a value"}),
    name_of);

/// Octets a second, in effect: a megabyte takes a moment, whatever it is made of.
class ParserTakes : public testing::TestWithParam<Value> {};
TEST_P(ParserTakes, LinearTimeAndNoStack) {
    std::string value = "mx.example.org; dkim=pass ";
    while (value.size() < 4'000'000)
        value += GetParam().written;
    const auto began = std::chrono::steady_clock::now();
    const auto field = parse(value);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
    EXPECT_EQ(field ? "" : field.error().message.substr(field.error().message.find(':')),
              GetParam().value);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ParserTakes,
    testing::Values(Value{"comments_in_comments", "(", ": a comment that does not end"},
                    Value{"many_comments", "(a)", ""}, //
                    Value{"properties", "a.b=c ", ""}, //
                    Value{"results", ";dkim=pass", ""}, Value{"semicolons", ";", ""},
                    Value{"backslashes", "\\", ": \"\\\" instead of a property"},
                    Value{"quotes", "a.b=\"\" ", ""},
                    Value{"one_word", "a", ": the end instead of \"=\""}),
    name_of);

} // namespace
} // namespace postern::authres
