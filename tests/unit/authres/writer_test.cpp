// What is written: the grammar of RFC 8601 2.2, and nothing of what others wrote gets out of its
// place.
#include "common/authres/field.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>
#include <string>

namespace postern::authres {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::name_of;

MethodResult spf(std::string mail_from) {
    return {.method = "spf",
            .result = "pass",
            .properties = {{"smtp", "mailfrom", std::move(mail_from)}}};
}

TEST(Writer, SaysNoneWhereNothingWasChecked) { // RFC 8601 B.2
    EXPECT_EQ(format({.authserv_id = "example.org"}), " example.org; none");
}

TEST(Writer, PutsOneResultOnALine) { // RFC 8601 B.4, B.6 in our folding
    Field field{.authserv_id = "example.com"};
    field.results = {
        {.method = "auth",
         .result = "pass",
         .comment = "cram-md5",
         .properties = {{"smtp", "auth", "sender@example.net"}}},
        spf("example.net"),
        {.method = "dkim",
         .result = "pass",
         .comment = "good signature",
         .properties = {{"header", "i", "@mail-router.example.net"}, {"header", "b", "a/b="}}}};
    EXPECT_EQ(format(field), " example.com;\r\n"
                             "\tauth=pass (cram-md5) smtp.auth=sender@example.net;\r\n"
                             "\tspf=pass smtp.mailfrom=example.net;\r\n"
                             "\tdkim=pass (good signature) header.i=@mail-router.example.net\r\n"
                             "\t header.b=\"a/b=\"");
}

TEST(Writer, WritesReasonAndOtherVersions) { // RFC 8601 2.2: methodspec, then reasonspec
    Field field{.authserv_id = "example.com"};
    field.results = {{.method = "dkim", .result = "fail", .reason = "key revoked", .version = 2}};
    EXPECT_EQ(format(field), " example.com;\r\n\tdkim/2=fail reason=\"key revoked\"");
    EXPECT_EQ(format({.authserv_id = "example.com", .version = 3}), " example.com 3; none");
}

TEST(Writer, QuotesAnAddressWhereNoPropertyIs) { // RFC 8601 2.2: value, not pvalue
    EXPECT_EQ(format({.authserv_id = "a@b.example",
                      .results = {{.method = "spf", .result = "none", .reason = "@b.example"}}}),
              " \"a@b.example\";\r\n\tspf=none reason=\"@b.example\"");
}

TEST(Writer, WritesTheInstanceOfAnArcField) { // RFC 8617 4.1.1
    EXPECT_EQ(format({.authserv_id = "example.org", .instance = 3}), " i=3; example.org; none");
}

struct Spelling {
    const char* name;
    std::string value, written;
};
class WriterSpells : public testing::TestWithParam<Spelling> {};
TEST_P(WriterSpells, TheValueAsRfc8601Section22Has) {
    const std::string written =
        format({.authserv_id = "example.com", .results = {spf(GetParam().value)}});
    EXPECT_EQ(written, " example.com;\r\n\tspf=pass smtp.mailfrom=" + GetParam().written);
}
INSTANTIATE_TEST_SUITE_P(
    Table, WriterSpells,
    testing::Values( // RFC 2045 5.1: what is a token; RFC 5321 4.1.2 and RFC 6376 3.5: pvalue
        Spelling{"token", "example.net", "example.net"},
        Spelling{"address", "user+x@example.net", "user+x@example.net"},
        Spelling{"domain_behind_at", "@example.net", "@example.net"},
        Spelling{"empty", "", "\"\""}, //
        Spelling{"blank", "a b", "\"a b\""},
        Spelling{"slash", "a/b@example.net", "\"a/b@example.net\""},
        Spelling{"equals", "SRS0=x=y@example.net", "\"SRS0=x=y@example.net\""},
        Spelling{"ipv6", "2001:db8::1", "\"2001:db8::1\""},
        Spelling{"address_literal", "a@[192.0.2.1]", "\"a@[192.0.2.1]\""},
        Spelling{"one_label_is_no_domain", "a@localhost", "\"a@localhost\""},
        Spelling{"underscore_is_no_domain", "a@b_c.example", "\"a@b_c.example\""},
        Spelling{"hyphen_at_the_end_is_no_domain", "a@b-.example", "\"a@b-.example\""},
        Spelling{"empty_label", "a@b..example", "\"a@b..example\""},
        Spelling{"dot_at_the_end_of_a_domain", "a@b.example.", "\"a@b.example.\""},
        Spelling{"dot_at_the_end_of_a_local_part", "a.@b.example", "\"a.@b.example\""},
        Spelling{"two_ats", "a@b@c.example", "\"a@b@c.example\""},
        Spelling{"quoted_local_part", "\"a b\"@c.example", "\"\\\"a b\\\"@c.example\""},
        Spelling{"backslash", "a\\", "\"a\\\\\""},
        Spelling{"utf8", "b\xc3\xbc\x63her.example", "\"b\xc3\xbc\x63her.example\""},
        Spelling{"not_utf8", "b\xfc\x63her", "\"b?cher\""}, Spelling{"cut_utf8", "b\xc3", "\"b?\""},
        Spelling{"del_and_c1", "a\x7f\xc2\x85z", "az"}),
    name_of);

/// What strangers put into MAIL FROM, HELO, d=, i= to be read as something of ours.
class WriterKeeps : public testing::TestWithParam<Spelling> {};
TEST_P(WriterKeeps, InItsPlaceWhatTriesToGetOut) {
    Field field{.authserv_id = "mx.example.org", .results = {spf(GetParam().value)}};
    const std::string written = format(field);
    EXPECT_THAT(written, HasSubstr("\tspf=pass smtp.mailfrom=" + GetParam().written));
    const auto again = parse(written);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->results.size(), 1U);
    EXPECT_EQ(again->results[0].properties.size(), 1U);
    EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1) << "no line of its own";
}
INSTANTIATE_TEST_SUITE_P(
    Attacks, WriterKeeps,
    testing::Values(
        // CVE-2020-12272: the comment would end the name for some readers
        Spelling{"cve_2020_12272", "example.net(.example.com", "\"example.net(.example.com\""},
        Spelling{"another_result", "x; dkim=pass header.d=bank.example",
                 "\"x; dkim=pass header.d=bank.example\""},
        Spelling{"another_field", "x\r\nFrom: a@bank.example; dkim=pass",
                 "\"xFrom: a@bank.example; dkim=pass\""},
        Spelling{"end_of_header", "x\r\n\r\nbody", "xbody"},
        Spelling{"bare_lf_and_cr", "x\n\ty\rz", "xyz"},
        Spelling{"nul", std::string("x\0y", 3), "xy"},
        Spelling{"end_of_quotes", "x\"; dkim=pass header.d=\"y",
                 "\"x\\\"; dkim=pass header.d=\\\"y\""},
        Spelling{"escaped_end_of_quotes", "x\\\"; dkim=pass", "\"x\\\\\\\"; dkim=pass\""},
        Spelling{"comment", "x (dkim=pass)", "\"x (dkim=pass)\""}),
    name_of);

TEST(Writer, KeepsTheCommentOneComment) {
    Field field{.authserv_id = "mx.example.org"};
    field.results = {
        {.method = "dkim", .result = "fail", .comment = "a) dkim=pass (b \\\r\nFrom:\xc3\xa9 c"}};
    EXPECT_EQ(format(field), " mx.example.org;\r\n\tdkim=fail (a] dkim=pass [b /From: c)");
    const auto again = parse(format(field));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->results.size(), 1U);
    field.results[0].comment = "\t \r\n";
    EXPECT_EQ(format(field), " mx.example.org;\r\n\tdkim=fail") << "nothing to say";
}

TEST(Writer, LetsNoNameBecomeSyntax) {
    Field field{.authserv_id = "a/b"};
    field.results = {{.method = "x=y;", .result = "", .properties = {{"p.q", "r s", "t"}}}};
    EXPECT_EQ(format(field), " \"a/b\";\r\n\tx-y-=- p-q.r-s=t");
}

TEST(Writer, FoldsAt78ColumnsAndBreaksNothing) { // RFC 5322 2.1.1
    const std::string longest(100, 'x');
    Field field{.authserv_id = "mx.example.org"};
    field.results = {{.method = "dkim",
                      .result = "policy",
                      .reason = "key is too short for our taste",
                      .comment = "a comment of many words that has to be divided somewhere, but "
                                 "only between its words and never in one"},
                     spf(longest)};
    for (int i = 0; i < 10; ++i)
        field.results[0].properties.push_back({"header", "name", "value-" + std::to_string(i)});

    std::istringstream lines(format(field));
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        if (line.back() == '\r') line.pop_back();
        EXPECT_THAT(line, Not(testing::MatchesRegex("[ \t]*"))) << "never a blank line";
        const std::size_t columns =
            count == 0 ? line.size() + std::string("Authentication-Results:").size()
                       : line.size() - 1 + 8;
        EXPECT_TRUE(columns <= 78 || line == "\t smtp.mailfrom=" + longest) << line;
    }
    EXPECT_THAT(format(field), HasSubstr("\r\n\t smtp.mailfrom=" + longest));
}

} // namespace
} // namespace postern::authres
