// Every rule of RFC 6376 6, RFC 8301, RFC 8463 and RFC 8616 that makes a verdict, one row each.
#include "common/base/text.hpp"
#include "common/dkim/key_cache.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/dkim/verified_mail.hpp"

#include <gtest/gtest.h>

namespace postern::dkim {
namespace {

using namespace testing_support;
using message::Canonicalization;

Zone good_zone() { return {{kKeyName, txt({ed25519_record()})}}; }

std::string verdict_on(const RawSignature& how, const Zone& zone = good_zone()) {
    Mail mail = plain_mail();
    sign_raw(mail, how);
    const auto verdicts = verify(mail, zone);
    return verdicts.size() == 1 ? text_of(verdicts[0]) : "no verdict";
}

struct Rule {
    const char* name;
    RawSignature signature;
    const char* verdict;
};
class SignatureRule : public testing::TestWithParam<Rule> {};

TEST_P(SignatureRule, MakesTheVerdict) {
    EXPECT_EQ(verdict_on(GetParam().signature), GetParam().verdict);
}
INSTANTIATE_TEST_SUITE_P(
    Table, SignatureRule,
    testing::Values(
        Rule{"plain", {}, "pass"}, Rule{"unknown_tags", {.more = "z=From:x; r=y; xyz=1; "}, "pass"},
        Rule{"default_canonicalization",
             {.c = "", .header = Canonicalization::Simple, .body = Canonicalization::Simple},
             "pass"},
        Rule{"only_the_header_form_named",
             {.c = "c=relaxed; ", .body = Canonicalization::Simple},
             "pass"},
        Rule{"unknown_canonicalization",
             {.c = "c=nowsp; "},
             "permerror: c= names no known canonicalization"},
        Rule{"no_version", {.v = ""}, "permerror: v= is missing"},
        Rule{"version_2", {.v = "v=2; "}, "permerror: v= is not 1"},
        Rule{"tag_twice", {.more = "s=s1; "}, "permerror: no valid tag list"},
        Rule{"sha1", {.a = "rsa-sha1"}, "policy: rsa-sha1 (RFC 8301)"},
        Rule{"unknown_algorithm",
             {.a = "ed25519-sha512"},
             "permerror: a= is neither rsa-sha256 nor ed25519-sha256"},
        Rule{"algorithms_are_case_sensitive",
             {.a = "ED25519-SHA256"},
             "permerror: a= is neither rsa-sha256 nor ed25519-sha256"},
        Rule{"empty_domain", {.d = ""}, "permerror: d= is empty"},
        Rule{"empty_selector", {.s = ""}, "permerror: s= is empty"},
        Rule{"capitals_in_names", {.d = "Example.ORG", .s = "S1"}, "pass"},
        Rule{"empty_h", {.h = ""}, "permerror: h= is empty"},
        Rule{"h_with_an_empty_entry",
             {.h = "From::To"},
             "permerror: h= has an entry that is no field name"},
        Rule{"h_with_white_space_in_a_name",
             {.h = "Fr om:From"},
             "permerror: h= has an entry that is no field name"},
        Rule{"h_without_from", {.h = "To:Subject"}, "permerror: h= does not cover From"},
        Rule{"h_with_absent_fields", {.h = "from:x-absent:to:x-absent"}, "pass"},
        Rule{"h_folded", {.h = "From :\r\n\tTo:\r\n Subject"}, "pass"},
        Rule{"i_below_d", {.more = "i=joe@mail.example.org; "}, "pass"},
        Rule{"i_quoted_printable", {.more = "i=j=6Fe@example.org; "}, "pass"},
        Rule{"i_elsewhere",
             {.more = "i=joe@example.com; "},
             "permerror: i= does not lie at or under d="},
        Rule{"i_of_a_lookalike",
             {.more = "i=joe@badexample.org; "},
             "permerror: i= does not lie at or under d="},
        Rule{"expired", {.more = "x=1699999699; "}, "permerror: signature expired"},
        Rule{"expired_within_the_skew", {.more = "x=1699999700; "}, "pass"},
        Rule{"expires_never", {.more = "x=99999999999999999999; "}, "pass"},
        Rule{"x_is_no_time", {.more = "x=soon; "}, "permerror: x= is not a time"},
        Rule{
            "x_before_t", {.more = "t=1700000000; x=1699999999; "}, "permerror: x= lies before t="},
        Rule{"t_in_the_future", {.more = "t=1700000301; "}, "policy: t= lies in the future"},
        Rule{"t_within_the_skew", {.more = "t=1700000300; "}, "pass"},
        Rule{"q_dns_txt", {.more = "q=dns/txt; "}, "pass"},
        Rule{"q_with_others", {.more = "q=http : dns/txt; "}, "pass"},
        Rule{"q_without_dns", {.more = "q=http; "}, "permerror: q= does not name dns/txt"},
        Rule{"length_of_all", {.more = "l=5; "}, "pass"},
        Rule{"length_of_a_part",
             {.more = "l=2; ", .length = 2},
             "policy: l= leaves 3 octets unsigned"},
        Rule{"length_of_nothing",
             {.more = "l=0; ", .length = 0},
             "policy: l= leaves 5 octets unsigned"},
        Rule{"length_too_large", {.more = "l=6; "}, "permerror: l= is larger than the body"},
        Rule{"length_beyond_numbers",
             {.more = "l=99999999999999999999999999; "},
             "permerror: l= is larger than the body"},
        Rule{"length_no_number", {.more = "l=-1; "}, "permerror: l= is not a number"},
        Rule{"no_key", {.s = "s2"}, "permerror: no key"},
        Rule{"name_with_capitals_and_tabs",
             {.header = Canonicalization::Relaxed, .behind = ";", .field_name = "dkim-SIGNATURE"},
             "pass"},
        Rule{"white_space_behind_the_signature_is_not_hashed",
             {.c = "c=simple/simple; ",
              .header = Canonicalization::Simple,
              .body = Canonicalization::Simple,
              .behind = "; z=From:x"},
             "pass"},
        Rule{"tags_named_like_b", {.more = "xb=1; b_=2; "}, "pass"},
        Rule{"signed_with_another_key",
             {.key = key_of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")},
             "fail: signature does not match"}),
    testing_support::name_of);

struct KeyRule {
    const char* name;
    std::vector<std::string> records;
    const char* verdict;
    RawSignature signature = {};
};
class KeyOutcome : public testing::TestWithParam<KeyRule> {};

TEST_P(KeyOutcome, MakesTheVerdict) {
    EXPECT_EQ(verdict_on(GetParam().signature, {{kKeyName, txt(GetParam().records)}}),
              GetParam().verdict);
}
RawSignature by_rsa() {
    RawSignature how;
    how.a = "rsa-sha256";
    how.key = rfc8463_rsa();
    return how;
}
/// The public part of tests/unit/crypto/keys/rsa512.pem, by openssl rsa -pubout.
constexpr const char* kRsa512 =
    "v=DKIM1; k=rsa; "
    "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKcN0C9+OeR/ZcXiRNX6/n3IJO/"
    "chb7dmWFRBEahutJbECOxgyHblKF7cOlAvgtrfGCUzbr89kNHUqOgRO/wLDUCAwEAAQ==";
INSTANTIATE_TEST_SUITE_P(
    Table, KeyOutcome,
    testing::Values(
        KeyRule{"rsa", {rsa_record()}, "pass", by_rsa()},
        KeyRule{"revoked", {"v=DKIM1; k=ed25519; p="}, "permerror: key revoked"},
        KeyRule{"no_p", {"v=DKIM1; k=ed25519"}, "permerror: key record: p= is missing"},
        KeyRule{"no_record_at_all", {"hello"}, "permerror: key record: no valid tag list"},
        KeyRule{"rsa_signature_ed25519_key",
                {ed25519_record()},
                "permerror: key is of another type than the signature",
                by_rsa()},
        KeyRule{"ed25519_signature_rsa_key",
                {rsa_record()},
                "permerror: key is of another type than the signature"},
        KeyRule{
            "not_for_sha256", {ed25519_record() + "; h=sha1"}, "permerror: key is not for sha256"},
        KeyRule{"for_sha256_too", {ed25519_record() + "; h=sha1 : sha256"}, "pass"},
        KeyRule{
            "not_for_email", {ed25519_record() + "; s=tlsrpt"}, "permerror: key is not for email"},
        KeyRule{"for_everything", {ed25519_record() + "; s=tlsrpt:*"}, "pass"},
        KeyRule{"strict_identity_kept", {ed25519_record() + "; t=s"}, "pass"},
        KeyRule{"strict_identity_broken",
                {ed25519_record() + "; t=y:s"},
                "permerror: i= lies below d=, which the key forbids",
                {.more = "i=@mail.example.org; "}},
        KeyRule{"weak", {kRsa512}, "policy: RSA key of 512 bits", by_rsa()},
        KeyRule{"second_record_is_the_key", {"v=spf1 -all", ed25519_record()}, "pass"},
        KeyRule{"second_key_verifies",
                {"k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp=", ed25519_record()},
                "pass"},
        KeyRule{"revoked_says_more_than_none", {"hello", "v=DKIM1; p="}, "permerror: key revoked"},
        KeyRule{"fourth_record_is_too_late",
                {"a", "b", "c", ed25519_record()},
                "permerror: key record: no valid tag list"},
        KeyRule{"record_too_long",
                {ed25519_record() + "; n=" + std::string(8192, 'x')},
                "policy: key record longer than 8192 octets"}),
    testing_support::name_of);

struct DnsRule {
    const char* name;
    dns::Outcome outcome;
    const char* verdict;
};
class DnsOutcome : public testing::TestWithParam<DnsRule> {};

TEST_P(DnsOutcome, MakesTheVerdict) {
    EXPECT_EQ(verdict_on({}, {{kKeyName, outcome(GetParam().outcome)}}), GetParam().verdict);
}
INSTANTIATE_TEST_SUITE_P(
    Table, DnsOutcome,
    testing::Values(DnsRule{"nxdomain", dns::Outcome::NxDomain, "permerror: no key"},
                    DnsRule{"nodata", dns::Outcome::NoData, "permerror: no key"},
                    DnsRule{"servfail", dns::Outcome::ServFail, "temperror: dns servfail"},
                    DnsRule{"timeout", dns::Outcome::Timeout, "temperror: dns timeout"},
                    DnsRule{"bogus", dns::Outcome::Bogus, "temperror: dns bogus"}),
    testing_support::name_of);

TEST(VerifierBody, ChangedIsAFailWhateverDnsSays) {
    Mail mail = plain_mail();
    sign_raw(mail, {});
    mail.body = "Hello.\r\n";
    for (const Zone& zone : {good_zone(), Zone{}, Zone{{kKeyName, outcome(dns::Outcome::Timeout)}}})
        EXPECT_EQ(text_of(verify(mail, zone)[0]), "fail: body hash does not match");
}

TEST(VerifierBody, ChangedIsAFailAlsoOfASignatureThatDoesNotCoverFrom) {
    Mail mail = plain_mail();
    RawSignature how;
    how.h = "To";
    sign_raw(mail, how);
    mail.body = "x\r\n";
    EXPECT_EQ(text_of(verify(mail, {})[0]), "fail: body hash does not match");
}

TEST(VerifierBody, IsNotWantedWhereNothingCanPass) {
    Mail mail = plain_mail();
    const auto unsigned_headers = mail.headers();
    EXPECT_FALSE(Verifier(unsigned_headers, at_now()).wants_body());
    const auto wants_with = [&](const RawSignature& how) {
        mail = plain_mail();
        sign_raw(mail, how);
        const auto headers = mail.headers();
        return Verifier(headers, at_now()).wants_body();
    };
    EXPECT_FALSE(wants_with({.a = "rsa-sha1"}));
    EXPECT_FALSE(wants_with({.more = "x=1; "}));
    EXPECT_TRUE(wants_with({}));
}

TEST(VerifierBody, MayBeCutAnywhereAndHashedInEveryFormAtOnce) {
    Mail mail = plain_mail();
    mail.body = "a  b \r\n\r\n c\r\n\r\n\r\n";
    for (const std::size_t length : {std::size_t{0}, std::size_t{3}, std::string::npos})
        for (const Canonicalization form : {Canonicalization::Simple, Canonicalization::Relaxed}) {
            RawSignature how;
            how.c = "c=relaxed/" + std::string(to_string(form)) + "; ";
            how.body = form;
            how.length = length;
            if (length != std::string::npos) how.more = "l=" + std::to_string(length) + "; ";
            sign_raw(mail, how);
        }
    const auto verdicts = verify(mail, good_zone());
    ASSERT_EQ(verdicts.size(), 6U);
    EXPECT_EQ(text_of(verdicts[0]), "pass");
    EXPECT_EQ(text_of(verdicts[1]), "pass");
    EXPECT_EQ(text_of(verdicts[2]), "policy: l= leaves 8 octets unsigned");
    EXPECT_EQ(text_of(verdicts[3]), "policy: l= leaves 10 octets unsigned");
    EXPECT_TRUE(verdicts[4].body_limited);
    EXPECT_FALSE(verdicts[0].body_limited);
}

TEST(Verifier, DescribesEachSignature) {
    Mail mail = plain_mail();
    RawSignature how = by_rsa();
    how.more = "i=joe@mail.example.org; ";
    sign_raw(mail, how);
    mail.put_on_top("Received", " from x");
    dns::Answer answer = txt({rsa_record() + "; t=y"});
    answer.authenticated = true;
    const auto verdicts = verify(mail, {{kKeyName, answer}});
    ASSERT_EQ(verdicts.size(), 1U);
    const Verdict& verdict = verdicts[0];
    EXPECT_EQ(text_of(verdict), "pass");
    EXPECT_EQ(verdict.field, 1U);
    EXPECT_EQ(verdict.domain, "example.org");
    EXPECT_EQ(verdict.selector, "s1");
    EXPECT_EQ(verdict.identity, "joe@mail.example.org");
    EXPECT_EQ(verdict.algorithm, "rsa-sha256");
    EXPECT_EQ(verdict.signature.size(), 172U);
    EXPECT_EQ(verdict.key_bits, 1024U);
    EXPECT_TRUE(verdict.testing);
    EXPECT_TRUE(verdict.secure);
}

TEST(Verifier, SaysNothingAboutUnsignedMail) { EXPECT_TRUE(verify(plain_mail(), {}).empty()); }

TEST(Verifier, TakesULabels) { // RFC 8616 4: the key is asked for under A-labels
    Mail mail = plain_mail();
    RawSignature how;
    how.d = "b\xC3\xBC"
            "cher.example";
    how.s = "\xC3\xA4";
    sign_raw(mail, how);
    const auto verdicts =
        verify(mail, {{"xn--4ca._domainkey.xn--bcher-kva.example", txt({ed25519_record()})}});
    EXPECT_EQ(text_of(verdicts[0]), "pass");
    EXPECT_EQ(verdicts[0].domain, "xn--bcher-kva.example");
    EXPECT_EQ(verdicts[0].identity, "@xn--bcher-kva.example");
}

TEST(Verifier, AsksForEachKeyOnceAndForTheAuthorsFirst) {
    Mail mail = plain_mail();
    for (const char* domain :
         {"example.org", "list.example.net", "mail.example.org", "example.org"})
        sign_raw(mail, {.d = domain});
    VerifyOptions options = at_now();
    options.authors = {"mail.example.org"};
    const auto headers = mail.headers();
    const Verifier verifier(headers, options);
    std::vector<std::string> names;
    for (const dns::Question& question : verifier.questions())
        names.push_back(question.name);
    EXPECT_EQ(names, (std::vector<std::string>{"s1._domainkey.mail.example.org", kKeyName,
                                               "s1._domainkey.list.example.net"}));
}

TEST(Verifier, VerifiesWhatSignsOtherSignatures) {
    Mail mail = plain_mail();
    sign_raw(mail, {});
    RawSignature outer;
    outer.h = "From:DKIM-Signature:DKIM-Signature"; // oversigned: its own field is not meant
    sign_raw(mail, outer);
    const auto verdicts = verify(mail, good_zone());
    ASSERT_EQ(verdicts.size(), 2U);
    EXPECT_EQ(text_of(verdicts[0]), "pass");
    EXPECT_EQ(text_of(verdicts[1]), "pass");
    mail.fields[1].value += " ";
    mail.fields[1].value[1] = 'x';
    EXPECT_EQ(text_of(verify(mail, good_zone())[0]), "fail: signature does not match");
}

TEST(Verifier, TakesMissingAnswersForTimeouts) {
    Mail mail = plain_mail();
    sign_raw(mail, {});
    const auto headers = mail.headers();
    Verifier verifier(headers, at_now());
    verifier.body(mail.body);
    EXPECT_EQ(text_of(verifier.finish({})[0]), "temperror: dns timeout");
}

TEST(Verifier, SaysWhatHappenedToTheBodyAndNeverPassesIt) {
    Mail mail = plain_mail();
    mail.body = "One line.\r\n";
    sign_raw(mail, {});
    mail.body += "-- \r\nlist@example.net\r\n";
    auto verdicts = verify(mail, good_zone());
    EXPECT_EQ(text_of(verdicts[0]), "fail: body hash does not match");
    EXPECT_EQ(verdicts[0].diagnosis, "footer appended");
    VerifyOptions options = at_now();
    options.diagnose = false;
    verdicts = verify(mail, good_zone(), options);
    EXPECT_EQ(verdicts[0].diagnosis, "");
}

} // namespace
} // namespace postern::dkim
