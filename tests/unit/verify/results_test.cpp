// The field as RFC 8601 has it: which property goes where, what of a stranger's words is shown.
#include "milters/verify/results.hpp"

#include <gmock/gmock.h>

namespace postern::verify {
namespace {

using authres::Property;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Subject subject() {
    return {.client = IpAddress::parse("192.0.2.7"),
            .client_name = "mx.example.org",
            .helo = "mx.example.org",
            .sender = "ann@example.org",
            .legible = true,
            .receiver = "mx.example.net"};
}

dkim::Verdict signature(std::string b, dkim::Status status = dkim::Status::Pass) {
    dkim::Verdict verdict;
    verdict.status = status;
    verdict.domain = "example.org";
    verdict.selector = "2026a";
    verdict.identity = "@example.org";
    verdict.algorithm = "rsa-sha256";
    verdict.signature = std::move(b);
    verdict.key_bits = 2048;
    return verdict;
}

authres::Field results(const Findings& findings, const Subject& of = subject(),
                       const std::string& login = {}) {
    return make_results(findings, of, {.authserv_id = "mx.example.net", .login = login});
}

TEST(Results, OfASignature) {
    Findings findings;
    findings.dkim = {signature("AAAABBBBCCCC=")};
    findings.dkim[0].secure = true;
    const auto field = results(findings);
    EXPECT_EQ(field.authserv_id, "mx.example.net");
    ASSERT_THAT(field.results, SizeIs(1));
    EXPECT_EQ(field.results[0].method, "dkim");
    EXPECT_EQ(field.results[0].result, "pass");
    EXPECT_EQ(field.results[0].comment, "2048-bit key; DNSSEC");
    EXPECT_THAT(
        field.results[0].properties,
        ElementsAre(Property{"header", "d", "example.org"}, Property{"header", "s", "2026a"},
                    Property{"header", "i", "@example.org"}, Property{"header", "a", "rsa-sha256"},
                    Property{"header", "b", "AAAABBBB"})); // RFC 6008 4
}

TEST(Results, OfAFailureSayReasonAndDiagnosis) {
    Findings findings;
    findings.dkim = {signature("AAAABBBB", dkim::Status::Fail)};
    findings.dkim[0].reason = "body hash does not match";
    findings.dkim[0].diagnosis = "footer appended";
    findings.dkim[0].testing = true;
    const auto field = results(findings);
    EXPECT_EQ(field.results[0].result, "fail");
    EXPECT_EQ(field.results[0].reason, "body hash does not match");
    EXPECT_EQ(field.results[0].comment, "2048-bit key; testing; footer appended");
}

TEST(Results, UnsignedMailHasDkimNone) {
    const auto field = results({});
    ASSERT_THAT(field.results, SizeIs(1));
    EXPECT_EQ(field.results[0].method + "=" + field.results[0].result, "dkim=none");
}

TEST(Results, SignaturesThatBeginAlikeAreToldApart) { // RFC 6008 4
    const std::vector<dkim::Verdict> verdicts{signature("AAAABBBBCCCCDDDD"), signature("ZZ"),
                                              signature("AAAABBBBCCCCEEEE"),
                                              signature("AAAABBBBCCCCEEEE")};
    EXPECT_THAT(distinct_beginnings(verdicts),
                ElementsAre("AAAABBBBCCCCD", "ZZ", "AAAABBBBCCCCE", "AAAABBBBCCCCE"));
    const std::vector<dkim::Verdict> long_ones{signature(std::string(500, 'A') + "B"),
                                               signature(std::string(500, 'A') + "C")};
    EXPECT_THAT(distinct_beginnings(long_ones)[0], SizeIs(kMaxSignatureShown));
}

TEST(Results, OfManySignaturesThePassingOnesAreShown) {
    std::vector<dkim::Verdict> verdicts;
    for (std::size_t i = 0; i < 30; ++i) {
        verdicts.push_back(signature("b" + std::to_string(i),
                                     i == 20 ? dkim::Status::Pass : dkim::Status::PermError));
        verdicts.back().field = i;
    }
    const auto shown = most_telling(verdicts, 3);
    ASSERT_THAT(shown, SizeIs(3));
    EXPECT_EQ(shown[0].field, 0U);
    EXPECT_EQ(shown[1].field, 1U);
    EXPECT_EQ(shown[2].field, 20U);
    EXPECT_THAT(most_telling(verdicts, 40), SizeIs(30));
}

Findings with_spf(spf::Status sender, spf::Status helo) {
    Findings findings;
    findings.mail_from.emplace();
    findings.mail_from->status = sender;
    findings.helo.emplace();
    findings.helo->status = helo;
    findings.helo->identity = spf::Identity::Helo;
    return findings;
}

TEST(Results, OfSpfNameTheIdentityThatGaveThem) { // RFC 8601 2.7.2
    const auto field = results(with_spf(spf::Status::Pass, spf::Status::None));
    ASSERT_THAT(field.results, SizeIs(3));
    EXPECT_EQ(field.results[1].result, "pass");
    EXPECT_THAT(field.results[1].properties,
                ElementsAre(Property{"smtp", "mailfrom", "ann@example.org"}));
    EXPECT_EQ(field.results[2].result, "none");
    EXPECT_THAT(field.results[2].properties,
                ElementsAre(Property{"smtp", "helo", "mx.example.org"}));
}

TEST(Results, TheLocalPartIsLeftOutUnlessSpfPassed) {
    const auto field = results(with_spf(spf::Status::SoftFail, spf::Status::None));
    EXPECT_THAT(field.results[1].properties,
                ElementsAre(Property{"smtp", "mailfrom", "example.org"}));
}

TEST(Results, OfIprevAndLogin) {
    Findings findings;
    findings.iprev =
        Iprev{.status = IprevStatus::Fail, .name = {}, .reason = "reverse name does not lead back"};
    const auto field = results(findings, subject(), "ann");
    ASSERT_THAT(field.results, SizeIs(3));
    EXPECT_EQ(field.results[1].method + "=" + field.results[1].result, "iprev=fail");
    EXPECT_THAT(field.results[1].properties, ElementsAre(Property{"policy", "iprev", "192.0.2.7"}));
    EXPECT_EQ(field.results[2].method + "=" + field.results[2].result, "auth=pass");
    EXPECT_THAT(field.results[2].properties, ElementsAre(Property{"smtp", "auth", "ann"}));
}

TEST(Results, NoValueIsLongerThanARealOne) {
    Findings findings = with_spf(spf::Status::Fail, spf::Status::Fail);
    findings.dkim = {signature("AAAABBBB", dkim::Status::PermError)};
    findings.dkim[0].domain = std::string(60'000, 'd');
    findings.dkim[0].selector = findings.dkim[0].identity = findings.dkim[0].algorithm =
        findings.dkim[0].domain;
    Subject of = subject();
    of.helo = of.sender = std::string(5'000, 'h');
    const auto field = results(findings, of);
    EXPECT_THAT(field.results[0].properties, ElementsAre(Property{"header", "b", "AAAABBBB"}));
    EXPECT_THAT(field.results[1].properties, IsEmpty());
    EXPECT_THAT(field.results[2].properties, IsEmpty());
}

// Header injection into Authentication-Results (mail-auth 0.9.1, CVE-2020-12272).
TEST(Results, WordsOfAStrangerStayWithinTheirValue) {
    Findings findings = with_spf(spf::Status::Pass, spf::Status::Pass);
    findings.dkim = {signature("AAAABBBB", dkim::Status::PermError)};
    findings.dkim[0].domain = "a.example; dkim=pass header.d=victim.example";
    findings.dkim[0].selector = "s\r\nX-Injected: yes";
    Subject of = subject();
    of.helo = "h(\"; spf=pass smtp.mailfrom=victim.example";
    of.sender = "\"\\\"; dkim=pass\"@example.net(.example.org";
    const auto field = results(findings, of);
    const auto read = authres::parse(authres::format(field));
    ASSERT_TRUE(read.has_value()) << read.error().message;
    ASSERT_THAT(read->results, SizeIs(3));
    EXPECT_EQ(read->results[0].properties[0].value, findings.dkim[0].domain);
    EXPECT_EQ(read->results[1].properties[0].value, of.sender);
    EXPECT_EQ(read->results[2].properties[0].value, of.helo);
    EXPECT_THAT(authres::format(field), testing::Not(testing::HasSubstr("\nX-Injected")));
}

} // namespace
} // namespace postern::verify
