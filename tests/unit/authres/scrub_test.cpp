// Which fields a stranger put in to look like our results; the holes measured in OpenDKIM and the
// like are rows by name.
#include "common/authres/scrub.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>

namespace postern::authres {

void PrintTo(const Removal& removal, std::ostream* out) {
    *out << removal.name << '[' << removal.index << "] field " << removal.field << " "
         << removal.why;
}

namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing_support::name_of;

const Scrubber& scrubber() {
    static const Scrubber scrubber(
        {.authserv_ids = {"mx.example.org", "b\xc3\xbc\x63her.example", "Gate-7"}});
    return scrubber;
}

struct Case {
    const char* name;
    std::string value;
    const char* why; ///< empty: it stays
};
class Scrub : public testing::TestWithParam<Case> {};
TEST_P(Scrub, JudgesByTheAuthservId) {
    EXPECT_EQ(scrubber().judge("Authentication-Results", GetParam().value), GetParam().why);
}

INSTANTIATE_TEST_SUITE_P(
    Forged, Scrub,
    testing::Values(
        Case{"plain", " mx.example.org; dkim=pass header.d=bank.example", "claims mx.example.org"},
        Case{"case", " MX.Example.ORG; spf=pass", "claims mx.example.org"},
        Case{"folded", "\r\n\tmx.example.org;\r\n\tspf=pass", "claims mx.example.org"},
        Case{"comment_before", " (x (y)) mx.example.org; spf=pass", "claims mx.example.org"},
        Case{"comment_behind", " mx.example.org(x); spf=pass", "claims mx.example.org"},
        Case{"quoted", " \"mx.example.org\"; spf=pass", "claims mx.example.org"},
        Case{"quoted_with_blanks", " \" mx.example.org \"; spf=pass", "claims mx.example.org"},
        Case{"quoted_pairs", " \"m\\x\\.example.org\"; spf=pass", "claims mx.example.org"},
        Case{"version_1", " mx.example.org 1; spf=pass", "claims mx.example.org"},
        Case{"version_1_commented", " mx.example.org (a) 1 (b); spf=pass", "claims mx.example.org"},
        Case{"version_2", " mx.example.org 2; spf=pass", "claims mx.example.org"},
        Case{"dot_at_the_end", " mx.example.org.; spf=pass", "claims mx.example.org"},
        Case{"sub_id", " \"mx.example.org/dkim\"; spf=pass", "claims mx.example.org"},
        Case{"sub_id_bare", " mx.example.org/dkim; spf=pass", "claims mx.example.org"},
        Case{"sub_id_with_port", " mx.example.org:25; spf=pass", "claims mx.example.org"},
        Case{"job_id_as_opendkim_writes", " \"mx.example.org/4ZxQ1m2Jz9\"; dkim=pass",
             "claims mx.example.org"},
        Case{"name_below", " dkim.mx.example.org; spf=pass", "claims mx.example.org"},
        Case{"name_below_behind_a_slash", " \"a/b.mx.example.org\"; spf=pass",
             "claims mx.example.org"},
        Case{"no_result", " mx.example.org", "claims mx.example.org"},
        Case{"none", " mx.example.org; none", "claims mx.example.org"},
        Case{"id_that_is_no_name", " gate-7; spf=pass", "claims Gate-7"},
        Case{"u_label", " \"b\xc3\xbc\x63her.example\"; spf=pass",
             "claims b\xc3\xbc\x63her.example"},
        Case{"u_label_capitals", " \"B\xc3\x9c\x43HER.example\"; spf=pass",
             "claims b\xc3\xbc\x63her.example"},
        Case{"u_label_decomposed", " \"bu\xcc\x88\x63her.example\"; spf=pass",
             "claims b\xc3\xbc\x63her.example"},
        Case{"u_label_bare", " b\xc3\xbc\x63her.example; spf=pass",
             "cannot be read and mentions b\xc3\xbc\x63her.example"},
        Case{"a_label", " XN--BCHER-KVA.example; spf=pass", "claims b\xc3\xbc\x63her.example"},
        Case{"full_width_letters", " \"\xef\xbd\x8d\xef\xbd\x98.example.org\"; spf=pass",
             "claims mx.example.org"},
        // RFC 8601 5: a version nobody knows
        Case{"foreign_version_2", " relay.example.net 2; spf=pass",
             "has a version that is not known"},
        // measured in OpenDKIM 2.11.0~beta2-8+deb12u1
        Case{"opendkim_b_only_dmarc", " mx.example.org; dmarc=pass header.from=bank.example",
             "claims mx.example.org"},
        Case{"opendkim_b_only_spf", " mx.example.org; spf=pass smtp.mailfrom=bank.example",
             "claims mx.example.org"},
        Case{"opendkim_e_unparsable", " mx.example.org; foo=bar dkim=pass",
             "claims mx.example.org"},
        Case{"opendkim_e_unparsable_more", " mx.example.org; foo bar; dkim=pass",
             "claims mx.example.org"},
        Case{"cve_2020_12272_in_the_id", " mx.example.org(.example.com; dkim=pass",
             "cannot be read and mentions mx.example.org"},
        Case{"comment_inside_the_name", " mx.(x)example.org; dkim=pass",
             "cannot be read and mentions mx.example.org"},
        Case{"fold_inside_the_name", " mx.\r\n example.org; dkim=pass",
             "cannot be read and mentions mx.example.org"},
        Case{"quotes_inside_the_name", " mx.\"example\".org; dkim=pass",
             "cannot be read and mentions mx.example.org"},
        Case{"escapes_outside_of_quotes", " \\mx.example.org; dkim==pass",
             "cannot be read and mentions mx.example.org"},
        Case{"open_quote", " \"mx.example.org; dkim=pass",
             "cannot be read and mentions mx.example.org"},
        Case{"nul_in_front", std::string(" \0mx.example.org; dkim=pass", 26),
             "cannot be read and mentions mx.example.org"},
        Case{"second_word", " relay.example.net mx.example.org; dkim=pass",
             "cannot be read and mentions mx.example.org"},
        Case{"id_among_the_results_as_outlook_puts_it",
             " relay.example.net; spf=pass; mx.example.org; dkim=pass",
             "is ambiguous and mentions mx.example.org"},
        Case{"arc_instance_in_front", " i=1; mx.example.org; dkim=pass", "claims mx.example.org"},
        Case{"mention_in_a_result_that_cannot_be_read",
             " relay.example.net; spf=pass smtp.mailfrom=a@mx.example.org; x y",
             "cannot be read and mentions mx.example.org"},
        Case{"no_id", " ; dkim=pass", "cannot be read and has no clear authserv-id"},
        Case{"no_id_quoted", " \"\"; dkim=pass", "has no authserv-id"},
        Case{"no_id_as_outlook_does", " spf=pass smtp.mailfrom=a.example; dkim=pass",
             "is ambiguous and has no clear authserv-id"},
        Case{"nothing", "", "cannot be read and has no clear authserv-id"},
        Case{"only_a_comment", " (x)", "cannot be read and has no clear authserv-id"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Foreign, Scrub,
    testing::Values(Case{"other_host", " relay.example.net; spf=pass", ""},
                    Case{"parent_of_ours", " example.org; spf=pass", ""},
                    Case{"ends_like_ours", " amx.example.org; spf=pass", ""},
                    Case{"begins_like_ours", " mx.example.org.example.net; spf=pass", ""},
                    Case{"mentions_us_in_a_value",
                         " relay.example.net; spf=pass smtp.rcptto=a@mx.example.org", ""},
                    Case{"mentions_us_in_a_comment",
                         " relay.example.net (for mx.example.org); spf=pass", ""},
                    Case{"broken_but_clearly_of_others", " relay.example.net; spf==pass", ""}),
    name_of);

TEST(Scrub, GoesByTheNameOfTheField) {
    const Scrubber some({.authserv_ids = {"mx.example.org"}, .extra_names = {"X-Spam-Status"}});
    EXPECT_EQ(some.judge("AUTHENTICATION-results", " mx.example.org; none"),
              "claims mx.example.org");
    EXPECT_EQ(some.judge("Authentication-Results \t", " mx.example.org; none"),
              "claims mx.example.org")
        << "RFC 5322 4.5";
    EXPECT_EQ(some.judge("received-spf", " pass"), "is never believed");
    EXPECT_EQ(some.judge("x-spam-status", " no"), "is configured to go");
    EXPECT_EQ(some.judge("X-Authentication-Results", " mx.example.org; none"), "");
    EXPECT_EQ(some.judge("ARC-Authentication-Results", " i=1; mx.example.org; none"), "");

    const Scrubber kept({.authserv_ids = {"mx.example.org"},
                         .received_spf = false,
                         .extra_names = {"ARC-Authentication-Results"}});
    EXPECT_EQ(kept.judge("Received-SPF", " pass"), "");
    EXPECT_EQ(kept.judge("ARC-Authentication-Results", " i=1; other; none"), "is configured to go");
}

TEST(Scrub, CountsEachNameAsMiltersDoAndGoesFromTheLast) { // CVE-2022-48521
    message::HeaderBlock headers;
    headers.add("Authentication-Results", " mx.example.org; dkim=pass");
    headers.add("Received-SPF", " pass");
    headers.add("authentication-results", " relay.example.net; dkim=pass");
    headers.add("From", " a@b.example");
    headers.add("AUTHENTICATION-RESULTS", " mx.example.org; spf=pass");
    headers.add("Received-SPF", " fail");
    headers.add("Authentication-Results", " mx.example.org; dmarc=pass");
    const auto removals = scrubber().removals(headers);
    EXPECT_THAT(removals,
                ElementsAre(Removal{"Authentication-Results", 4, 6, "claims mx.example.org"},
                            Removal{"Received-SPF", 2, 5, "is never believed"},
                            Removal{"AUTHENTICATION-RESULTS", 3, 4, "claims mx.example.org"},
                            Removal{"Received-SPF", 1, 1, "is never believed"},
                            Removal{"Authentication-Results", 1, 0, "claims mx.example.org"}));
    EXPECT_EQ(without(headers, removals).text(),
              "authentication-results: relay.example.net; dkim=pass\r\nFrom: a@b.example\r\n");
}

TEST(Scrub, NeedsNoFromField) { // measured: OpenDKIM lets all stand when From is missing
    message::HeaderBlock headers;
    headers.add("Authentication-Results", " mx.example.org; dkim=pass");
    EXPECT_THAT(scrubber().removals(headers), SizeIs(1));
}

TEST(Scrub, WithoutOwnIdsRemovesWhatNobodyClearlyWrote) {
    const Scrubber nobody({.authserv_ids = {"", " "}});
    EXPECT_EQ(nobody.judge("Authentication-Results", " mx.example.org; none"), "");
    EXPECT_EQ(nobody.judge("Authentication-Results", " ; none"),
              "cannot be read and has no clear authserv-id");
}

/// `size` octets of `piece`.
std::string repeated(std::string_view piece, std::size_t size) {
    std::string text;
    while (text.size() < size)
        text += piece;
    return text;
}

class ScrubTakes : public testing::TestWithParam<Case> {};
TEST_P(ScrubTakes, LinearTime) {
    message::HeaderBlock large, many;
    large.add("Authentication-Results", " x; " + repeated(GetParam().value, 1'000'000));
    for (int i = 0; i < 5000; ++i)
        many.add("Authentication-Results", " x; " + repeated(GetParam().value, 200));
    const auto began = std::chrono::steady_clock::now();
    (void)scrubber().removals(large);
    (void)scrubber().removals(many);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}
INSTANTIATE_TEST_SUITE_P(Table, ScrubTakes,
                         testing::Values(Case{"comments_in_comments", "(", ""},
                                         Case{"almost_our_name", "mx.example.or", ""},
                                         Case{"u_labels", "\xc3\xbc.", ""},
                                         Case{"one_u_label", "\xc3\xbc", ""},
                                         Case{"u_labels_in_quotes", "\"\xc3\xbc.\" ", ""},
                                         Case{"backslashes", "\\", ""},
                                         Case{"results", "dkim=pass;", ""}),
                         name_of);

TEST(Scrub, RemovesWhatIsTooMuchToLookThrough) {
    EXPECT_EQ(scrubber().judge("Authentication-Results", " x; (" + repeated("a", 70'000)),
              "cannot be read and is too long to be searched");
    EXPECT_EQ(scrubber().judge("Authentication-Results", " x; (" + repeated("\xc3\xbc.", 60'000)),
              "cannot be read and mentions mx.example.org")
        << "more words to convert than an honest field has: taken for a mention";
}

} // namespace
} // namespace postern::authres
