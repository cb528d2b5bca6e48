#include "common/spf/macro.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::spf {
namespace {

using testing_support::name_of;

/// Those of RFC 7208 7.4.
MacroValues values(const char* client = "192.0.2.3") {
    return {.sender = "strong-bad@email.example.com",
            .local = "strong-bad",
            .sender_domain = "email.example.com",
            .domain = "email.example.com",
            .client = *IpAddress::parse(client),
            .helo = "mx.example.org",
            .receiver = "mail.example.net",
            .validated = "mx.example.org",
            .time = 1767225600};
}

std::string expanded(const std::string& text, const MacroValues& from) {
    const auto macros = MacroString::parse(text, MacroUse::Explanation);
    return macros ? macros->expand_text(from) : "error: " + macros.error().message;
}

struct Case {
    const char* name;
    const char* text;
    const char* expansion;
    const char* client = "192.0.2.3";
};
class Expansion : public testing::TestWithParam<Case> {};
TEST_P(Expansion, IsThatOfTheRfc) {
    const Case& row = GetParam();
    EXPECT_EQ(expanded(row.text, values(row.client)), row.expansion);
    // As a target name it is the same: none of these is too long.
    const auto target = MacroString::parse(row.text, MacroUse::DomainSpec);
    if (target) {
        EXPECT_EQ(target->expand_domain(values(row.client)), row.expansion);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Rfc7208Section74, Expansion,
    testing::Values(
        Case{"s", "%{s}", "strong-bad@email.example.com"}, Case{"o", "%{o}", "email.example.com"},
        Case{"d", "%{d}", "email.example.com"}, Case{"d4", "%{d4}", "email.example.com"},
        Case{"d3", "%{d3}", "email.example.com"}, Case{"d2", "%{d2}", "example.com"},
        Case{"d1", "%{d1}", "com"}, Case{"dr", "%{dr}", "com.example.email"},
        Case{"d2r", "%{d2r}", "example.email"}, Case{"l", "%{l}", "strong-bad"},
        Case{"l_dash", "%{l-}", "strong.bad"}, Case{"lr", "%{lr}", "strong-bad"},
        Case{"lr_dash", "%{lr-}", "bad.strong"}, Case{"l1r_dash", "%{l1r-}", "strong"},
        Case{"by_address", "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
        Case{"by_local_part", "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
        Case{"by_both", "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
             "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
        Case{"by_address_and_first_part", "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
             "3.2.0.192.in-addr.strong.lp._spf.example.com"},
        Case{"trusted", "%{d2}.trusted-domains.example.net",
             "example.com.trusted-domains.example.net"},
        // The suite's explanations have the nibbles in capitals (v-macro-ip6).
        Case{"ip6", "%{ir}.%{v}._spf.%{d2}",
             "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com",
             "2001:db8::cb01"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Rfc7208Section72, Expansion,
    testing::Values(Case{"h", "%{h}", "mx.example.org"}, Case{"p", "%{p}", "mx.example.org"},
                    Case{"c", "%{c}", "192.0.2.3"},
                    Case{"c_of_ip6", "%{c}", "2001:db8::1", "2001:db8::1"},
                    Case{"r", "%{r}", "mail.example.net"}, Case{"t", "%{t}", "1767225600"},
                    Case{"i_of_a_mapped_address", "%{i}", "192.0.2.3", "::ffff:192.0.2.3"},
                    Case{"percent", "100%%", "100%"}, Case{"space", "a%_b", "a b"},
                    Case{"url_space", "a%-b", "a%20b"},
                    Case{"escaped", "%{S}", "strong-bad%40email.example.com"},
                    Case{"transformed_before_it_is_escaped", "%{L1r-}", "strong"},
                    Case{"spaces_of_an_explanation", "See %{d} now", "See email.example.com now"}),
    name_of);

TEST(SpfMacro, ExplanationDigitsAndDelimitersOfDebiansLibspf2sMistakes) {
    MacroValues from = values();
    from.domain = "example.com"; // two labels: libspf2 1.2.10 says "xample.com"
    EXPECT_EQ(expanded("%{d2}", from), "example.com");
    from.domain = "a.example.com";
    EXPECT_EQ(expanded("%{d3}", from), "a.example.com");
    from.local = "a,b/c";
    EXPECT_EQ(expanded("%{l,}", from), "a.b/c");
    EXPECT_EQ(expanded("%{l/}", from), "a,b.c");
    EXPECT_EQ(expanded("%{lr,/}", from), "c.b.a");
    EXPECT_EQ(expanded("%{d2R}", from), "example.a"); // RFC 5234: "r" has no case
    EXPECT_EQ(expanded("%{d200}", from), "a.example.com");
}
TEST(SpfMacro, EmptyPartsArePartsToo) { // RFC 7208 7.3
    MacroValues from = values();
    from.local = "-a--b-";
    EXPECT_EQ(expanded("%{l-}", from), ".a..b.");
    EXPECT_EQ(expanded("%{lr-}", from), ".b..a.");
    EXPECT_EQ(expanded("%{l1-}", from), "");
    EXPECT_EQ(expanded("%{l2-}", from), "b.");
    EXPECT_EQ(expanded("%{l3-}", from), ".b.");
    EXPECT_EQ(expanded("%{l1r-}", from), "");
    EXPECT_EQ(expanded("%{l2r-}", from), "a.");
    from.local = "";
    EXPECT_EQ(expanded("%{l3r-}", from), "");
}
TEST(SpfMacro, UnreservedOctetsAreNotEscaped) { // RFC 3986 2.3
    MacroValues from = values();
    from.local = "~jack&jill=up-a_b3.c\xC3\xBC/";
    EXPECT_EQ(expanded("%{L}", from), "~jack%26jill%3Dup-a_b3.c%C3%BC%2F");
}
TEST(SpfMacro, LongNamesLoseLabelsFromTheLeft) { // RFC 7208 7.3
    const std::string label(62, 'a');            // with its dot 63 octets
    const auto expand = [](const std::string& text) {
        return MacroString::parse(text, MacroUse::DomainSpec)->expand_domain(values());
    };
    const std::string four = label + "." + label + "." + label + "." + label; // 251 octets
    EXPECT_EQ(expand("x." + four), "x." + four);                              // 253
    EXPECT_EQ(expand("xy." + four), four);                                    // 254
    EXPECT_EQ(expand("xy." + four + "."), four);
    EXPECT_EQ(expand("%{d}." + four), four);
    EXPECT_EQ(expand("q.w." + four), "w." + four);
    EXPECT_EQ(expand(std::string(10000, 'z') + "." + four), four);
}
TEST(SpfMacro, ANameWithoutDotsThatIsTooLongIsNoName) {
    MacroValues from = values();
    from.helo = std::string(300, 'x');
    EXPECT_EQ(MacroString::parse("%{h}", MacroUse::DomainSpec)->expand_domain(from), "");
}
TEST(SpfMacro, OneClosingDotIsDropped) {
    const auto target = MacroString::parse("example.org.", MacroUse::DomainSpec);
    EXPECT_EQ(target->expand_domain(values()), "example.org");
    EXPECT_EQ(target->expand_text(values()), "example.org."); // not of an explanation
}
TEST(SpfMacro, ExplanationsAreCut) {
    std::string text;
    for (int i = 0; i < 10000; ++i)
        text += "%{s} ";
    EXPECT_EQ(expanded(text, values()).size(), MacroString::kMaxExplanation);
}
TEST(SpfMacro, SpacesAreForExplanationsOnly) {
    EXPECT_TRUE(MacroString::parse("a b", MacroUse::Explanation));
    EXPECT_FALSE(MacroString::parse("a b", MacroUse::MacroString));
    EXPECT_FALSE(MacroString::parse("a b.example.org", MacroUse::DomainSpec));
    EXPECT_FALSE(MacroString::parse("a\tb", MacroUse::Explanation));
    EXPECT_FALSE(MacroString::parse("a\x80", MacroUse::Explanation));
}
TEST(SpfMacro, SaysWhichLettersItUses) {
    const auto macros = MacroString::parse("s.l.%%{p}%{D}%_.example.org", MacroUse::DomainSpec);
    ASSERT_TRUE(macros.has_value());
    EXPECT_TRUE(macros->uses("d"));
    EXPECT_FALSE(macros->uses("slp"));
}

struct Name {
    const char* name;
    std::string text;
    bool good;
};
class DomainName : public testing::TestWithParam<Name> {};
TEST_P(DomainName, CanBeAskedOrNot) { EXPECT_EQ(is_domain_name(GetParam().text), GetParam().good); }
INSTANTIATE_TEST_SUITE_P(
    Rfc1035Section234, DomainName,
    testing::Values(Name{"plain", "example.org", true}, Name{"one_label", "org", true},
                    Name{"odd_octets", std::string("a\0b c\xFF.org", 10), true},
                    Name{"empty", "", false}, Name{"dot", ".", false},
                    Name{"leading_dot", ".org", false}, Name{"closing_dot", "org.", false},
                    Name{"empty_label", "a..org", false},
                    Name{"label_63", std::string(63, 'a') + ".org", true},
                    Name{"label_64", std::string(64, 'a') + ".org", false},
                    Name{"too_long", std::string(127, 'a') + std::string(127, '.'), false}),
    name_of);

TEST(SpfMacro, ReverseNames) {
    EXPECT_EQ(reverse_name(*IpAddress::parse("192.0.2.1")), "1.2.0.192.in-addr.arpa");
    EXPECT_EQ(reverse_name(*IpAddress::parse("2001:db8::cb01")),
              "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6.arpa");
}

} // namespace
} // namespace postern::spf
