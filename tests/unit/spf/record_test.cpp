#include "common/spf/record.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace postern::spf {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;
using testing_support::name_of;

struct TermCase {
    const char* name;
    std::string_view term;
};
class GoodTerm : public testing::TestWithParam<TermCase> {};
class BadTerm : public testing::TestWithParam<TermCase> {};

std::string record_of(std::string_view term) { return "v=spf1 " + std::string(term) + " -all"; }

TEST_P(GoodTerm, IsRead) {
    const auto record = Record::parse(record_of(GetParam().term));
    EXPECT_TRUE(record.has_value()) << record.error().message;
}
TEST_P(BadTerm, MakesTheRecordAPermError) {
    const auto record = Record::parse(record_of(GetParam().term));
    ASSERT_FALSE(record.has_value());
    EXPECT_FALSE(record.error().message.empty());
    for (const char c : record.error().message)
        EXPECT_TRUE(c >= 0x20 && c <= 0x7e);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc7208Section5And6, GoodTerm,
    testing::Values(
        TermCase{"all", "+all"}, TermCase{"all_in_capitals", "?ALL"}, TermCase{"a", "a"},
        TermCase{"a_with_prefix", "a/24"}, TermCase{"a_with_ip6_prefix", "a//64"},
        TermCase{"a_with_both_prefixes", "~a/24//64"}, TermCase{"a_with_zero_prefix", "a/0"},
        TermCase{"a_with_domain", "a:mail.example.org"},
        TermCase{"a_with_domain_and_prefixes", "a:mail.example.org/30//128"},
        TermCase{"a_slash_within_the_domain", "a:foo:bar/baz.example.com"},
        TermCase{"a_domain_ends_in_a_macro", "a:%{d}"},
        TermCase{"a_macro_with_slash_as_delimiter", "a:%{d1/}/24"},
        TermCase{"closing_dot", "a:example.org."}, TermCase{"mx", "mX"},
        TermCase{"mx_with_domain_and_prefix", "mx:example.org//0"}, TermCase{"ptr", "ptr"},
        TermCase{"ptr_with_domain", "ptr:example.org"}, TermCase{"ip4", "ip4:192.0.2.1"},
        TermCase{"ip4_prefix_zero", "ip4:0.0.0.0/0"}, TermCase{"ip4_prefix_32", "ip4:192.0.2.1/32"},
        TermCase{"ip6", "ip6:2001:db8::cd30"}, TermCase{"ip6_prefix", "ip6:2001:db8::/32"},
        TermCase{"ip6_prefix_128", "ip6:::1/128"}, TermCase{"ip6_unspecified", "ip6:::/0"},
        TermCase{"ip6_with_dotted_quad", "ip6:::ffff:192.0.2.1"},
        TermCase{"include", "include:_spf.example.org"},
        TermCase{"exists", "exists:%{ir}.sbl.example.org"},
        TermCase{"top_label_with_hyphen", "a:example.xn--p1ai"},
        TermCase{"top_label_of_digits_and_a_hyphen", "a:example.1-1"},
        TermCase{"top_label_of_digits_and_a_letter", "a:example.1a1"},
        TermCase{"redirect", "redirect=example.org"}, TermCase{"exp", "exp=explain.%{d}"},
        TermCase{"unknown_modifier", "moo.cow-far_out=man:dog/cat"},
        TermCase{"unknown_modifier_twice", "x=1 x=2"}, TermCase{"empty_unknown_modifier", "x="},
        TermCase{"explanation_macro_in_unknown_modifier", "x=%{c}%{r}%{t}"},
        TermCase{"delimiters_of_the_rfc", "exists:%{l.-+,/_=}.example.org"},
        TermCase{"reversed_by_a_capital", "exists:%{d2R}.example.org"},
        TermCase{"more_parts_than_labels", "exists:%{d129}.example.org"},
        TermCase{"parts_beyond_any_integer", "exists:%{d99999999999999999999}.example.org"},
        TermCase{"escapes", "exists:%%%_%-.example.org"}, TermCase{"many_spaces", "a    mx"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Rfc7208Section12, BadTerm,
    testing::Values(
        TermCase{"unknown_mechanism", "moo"}, TermCase{"empty_term", "+"},
        TermCase{"two_qualifiers", "+-a"}, TermCase{"qualified_modifier", "+redirect=example.org"},
        TermCase{"redirect_as_mechanism", "redirect:example.org"},
        TermCase{"modifier_without_name", "=example.org"},
        TermCase{"modifier_with_digit_first", "1x=y"}, TermCase{"all_with_dot", "-all."},
        TermCase{"all_with_argument", "all:example.org"}, TermCase{"all_with_prefix", "all/8"},
        TermCase{"a_without_domain", "a:"}, TermCase{"a_single_label", "a:museum"},
        TermCase{"a_single_label_with_dot", "a:museum."}, TermCase{"a_numeric", "a:192.0.2.1"},
        TermCase{"a_top_label_with_colon", "a:example.com:8080"},
        TermCase{"a_top_label_begins_with_hyphen", "a:example.-com"},
        TermCase{"a_top_label_ends_with_hyphen", "a:example.com-"},
        TermCase{"a_top_label_with_underscore", "a:example.c_m"},
        TermCase{"a_two_closing_dots", "a:example.org.."}, TermCase{"a_prefix_33", "a/33"},
        TermCase{"a_prefix6_129", "a//129"}, TermCase{"a_prefix_with_leading_zero", "a/08"},
        TermCase{"a_prefix_zeros", "a/00"}, TermCase{"a_prefix_missing", "a/"},
        TermCase{"a_prefix6_missing", "a//"}, TermCase{"a_prefix_negative", "a/-1"},
        TermCase{"a_three_slashes", "a///24"}, TermCase{"a_prefixes_swapped", "a//64/24"},
        TermCase{"a_prefix_before_domain", "a/24:example.org"},
        TermCase{"text_behind_a_macro", "a:%{d}com"},
        TermCase{"prefix_of_include", "include:example.org/24"},
        TermCase{"include_without_domain", "include"}, TermCase{"include_empty", "include:"},
        TermCase{"exists_without_domain", "exists"},
        TermCase{"exists_with_prefix", "exists:example.org/24"},
        TermCase{"ptr_with_prefix", "ptr/0"}, TermCase{"ptr_empty", "ptr:"},
        TermCase{"ip4_without_network", "ip4"}, TermCase{"ip4_empty", "ip4:"},
        TermCase{"ip4_short", "ip4:1.2.3"}, TermCase{"ip4_long", "ip4:1.2.3.4.5"},
        TermCase{"ip4_256", "ip4:1.2.3.256"}, TermCase{"ip4_leading_zero", "ip4:1.2.3.04"},
        TermCase{"ip4_with_port", "ip4:1.2.3.4:8080"}, TermCase{"ip4_prefix_33", "ip4:1.2.3.4/33"},
        TermCase{"ip4_prefix_032", "ip4:1.2.3.4/032"},
        TermCase{"ip4_prefix_of_two_to_the_32", "ip4:1.2.3.4/4294967041"},
        TermCase{"ip4_dual_prefix", "ip4:1.2.3.4/24//64"},
        TermCase{"ip4_bare_slash", "ip4:1.2.3.4/"}, TermCase{"ip4_of_an_ip6_network", "ip4:::1"},
        TermCase{"ip6_of_an_ip4_network", "ip6:1.2.3.4"}, TermCase{"ip6_without_network", "ip6"},
        TermCase{"ip6_bad", "ip6:::1::1"}, TermCase{"ip6_prefix_129", "ip6:::1/129"},
        TermCase{"ip6_brackets", "ip6:[::1]"}, TermCase{"ip6_scope", "ip6:fe80::1%eth0"},
        TermCase{"ip6_double_slash", "ip6:::1//33"}, TermCase{"redirect_empty", "redirect="},
        TermCase{"exp_empty", "exp="},
        TermCase{"redirect_twice", "redirect=a.example redirect=b.example"},
        TermCase{"exp_twice", "exp=a.example EXP=b.example"},
        TermCase{"exp_of_explanation_macros", "exp=%{r}.example.org"},
        TermCase{"exp_no_domain", "exp=not-a-domain"},
        TermCase{"percent_alone", "exists:%(ir).sbl.example.org"},
        TermCase{"percent_last", "x=abc%"}, TermCase{"percent_letter", "x=%abc"},
        TermCase{"macro_not_closed", "x=%{d"}, TermCase{"macro_without_letter", "x=%{}"},
        TermCase{"macro_letter_unknown", "exists:%{a}.example.org"},
        TermCase{"macro_zero_parts", "exists:%{d0}.example.org"},
        TermCase{"macro_delimiter_unknown", "exists:%{d|}.example.org"},
        TermCase{"macro_reversed_before_digits", "exists:%{dr2}.example.org"},
        TermCase{"carriage_return", "a\rptr"}, TermCase{"tab_between_terms", "a\tmx"},
        TermCase{"nul", "a:example.com\0.example.org"sv}, TermCase{"del", "x=\x7f"},
        TermCase{"octet_above_ascii", "\x80"
                                      "a:example.org"},
        TermCase{"byte_order_mark", "a:\xEF\xBB\xBFgarbage.example.net"}),
    name_of);

TEST(SpfRecord, ErrorsAreFoundBehindTheTermThatWouldDecide) {
    EXPECT_FALSE(Record::parse("v=spf1 all moo"));
    EXPECT_FALSE(Record::parse("v=spf1 moo all"));
}
TEST(SpfRecord, ErrorsNameTheTerm) {
    const auto record = Record::parse("v=spf1 a mx:bad -all");
    ASSERT_FALSE(record.has_value());
    EXPECT_THAT(record.error().message, HasSubstr("\"mx:bad\""));
}
TEST(SpfRecord, VersionEndsWithASpaceOrTheRecord) {
    EXPECT_TRUE(is_record("v=spf1"));
    EXPECT_TRUE(is_record("V=SpF1 a"));
    EXPECT_FALSE(is_record("v=spf10"));
    EXPECT_FALSE(is_record("v=spf1\ta"));
    EXPECT_FALSE(is_record("v=spf"));
    EXPECT_FALSE(is_record(" v=spf1"));
    EXPECT_FALSE(is_record(""));
}
TEST(SpfRecord, TermsCarryTheirQualifiersInOrder) {
    const auto record = Record::parse("v=spf1 a +mx -ptr ~ip4:192.0.2.0/24 ?exists:x.example.org ");
    ASSERT_TRUE(record.has_value());
    std::vector<std::pair<Mechanism, Status>> terms;
    for (const Directive& directive : record->directives)
        terms.emplace_back(directive.mechanism, directive.qualifier);
    EXPECT_THAT(terms, testing::ElementsAre(std::pair(Mechanism::A, Status::Pass),
                                            std::pair(Mechanism::Mx, Status::Pass),
                                            std::pair(Mechanism::Ptr, Status::Fail),
                                            std::pair(Mechanism::Ip4, Status::SoftFail),
                                            std::pair(Mechanism::Exists, Status::Neutral)));
    EXPECT_EQ(record->text_of(record->directives[3]), "~ip4:192.0.2.0/24");
}
TEST(SpfRecord, PrefixesOfAHostAreReadFromTheRight) {
    const auto record = Record::parse("v=spf1 a:foo/24.example.org/20//48");
    ASSERT_TRUE(record.has_value());
    const Directive& a = record->directives.front();
    EXPECT_EQ(a.target->text(), "foo/24.example.org");
    EXPECT_EQ(a.prefix4, 20);
    EXPECT_EQ(a.prefix6, 48);
}
TEST(SpfRecord, RedirectIsNothingBesideAllWhereverItStands) {
    EXPECT_FALSE(Record::parse("v=spf1 redirect=example.org -all")->redirect);
    EXPECT_FALSE(Record::parse("v=spf1 ?all redirect=example.org")->redirect);
    EXPECT_TRUE(Record::parse("v=spf1 a redirect=example.org")->redirect);
}

struct NetworkCase {
    const char* name;
    const char* term;
    const char* client;
    bool inside;
};
class NetworkTerm : public testing::TestWithParam<NetworkCase> {};
TEST_P(NetworkTerm, ComparesThePrefixOfItsFamily) {
    const auto record = Record::parse("v=spf1 " + std::string(GetParam().term));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->directives.front().contains(*IpAddress::parse(GetParam().client)),
              GetParam().inside);
}
INSTANTIATE_TEST_SUITE_P(
    Rfc7208Section56, NetworkTerm,
    testing::Values(
        NetworkCase{"itself", "ip4:192.0.2.1", "192.0.2.1", true},
        NetworkCase{"neighbour", "ip4:192.0.2.1", "192.0.2.2", false},
        NetworkCase{"last_of_23", "ip4:192.0.2.0/23", "192.0.3.255", true},
        NetworkCase{"behind_23", "ip4:192.0.2.0/23", "192.0.4.0", false},
        NetworkCase{"host_bits_do_not_count", "ip4:192.0.2.77/24", "192.0.2.1", true},
        NetworkCase{"all_of_ip4", "ip4:192.0.2.1/0", "203.0.113.9", true},
        NetworkCase{"ip4_is_no_ip6", "ip4:0.0.0.0/0", "2001:db8::1", false},
        NetworkCase{"ip6_is_no_ip4", "ip6:::/0", "192.0.2.1", false},
        NetworkCase{"mapped_network_is_ip6", "ip6:::ffff:192.0.2.1", "192.0.2.1", false},
        NetworkCase{"mapped_client_is_ip4", "ip4:192.0.2.1", "::ffff:192.0.2.1", true},
        NetworkCase{"ip6_first_of_33", "ip6:2001:db8:8000::/33", "2001:db8:8000::", true},
        NetworkCase{"ip6_before_33", "ip6:2001:db8:8000::/33", "2001:db8:7fff::", false},
        NetworkCase{"ip6_itself", "ip6:2001:db8::1/128", "2001:db8::1", true}),
    name_of);

} // namespace
} // namespace postern::spf
