// What SPF means beyond the published suite, for every engine: the mistakes of other libraries and
// the decisions where RFC 7208 leaves a choice.
#include "common/dns/fixture.hpp"
#include "common/spf/engine.hpp"
#include "tests/unit/spf/engine_kinds.hpp"
#include "tests/unit/spf/watched_resolver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace postern::spf {

namespace {

using dns::Outcome;
using dns::RecordType;
using testing::Contains;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::string numbered(const std::string& before, int number, const std::string& after) {
    return before + std::to_string(number) + after;
}

class SpfEngine : public testing::TestWithParam<EngineKind> {
protected:
    WatchedResolver dns;
    Limits limits;
    std::vector<std::string> trace;

    void txt(std::string_view name, std::string text) {
        dns.zone.add(name, RecordType::TXT, dns::Record{.text = std::move(text)});
    }
    void a(std::string_view name, std::string_view address) {
        dns::Record record{.address = IpAddress::parse(address)};
        const auto type = record.address->is_v4() ? RecordType::A : RecordType::AAAA;
        dns.zone.add(name, type, record);
    }
    void mx(std::string_view name, std::string host) {
        dns.zone.add(name, RecordType::MX, dns::Record{.text = std::move(host), .preference = 10});
    }
    void ptr(std::string_view name, std::string host) {
        dns.zone.add(name, RecordType::PTR, dns::Record{.text = std::move(host)});
    }
    Verdict check(Query query) {
        query.trace = [this](std::string_view step) { trace.emplace_back(step); };
        return make_engine(GetParam(), limits)
            ->check(query, dns, {.at = std::chrono::steady_clock::now() + 20s});
    }
    Verdict check(std::string_view client = "192.0.2.1", std::string_view from = "user@example.org",
                  std::string_view helo = "mail.example.net") {
        return check(Query{.client = *IpAddress::parse(client),
                           .mail_from = std::string(from),
                           .helo = std::string(helo),
                           .receiver = "mx.example.com"});
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, SpfEngine, engine_kinds(), engine_name);

// Long records.

TEST_P(SpfEngine, DecidesByTheAllBehindSixtyFourNetworks) {
    std::string record = "v=spf1";
    for (int i = 0; i < 64; ++i)
        record += numbered(" ip4:198.51.100.", i, "");
    txt("example.org", record + " -all");
    EXPECT_EQ(check().status, Status::Fail);
}
TEST_P(SpfEngine, MatchesTheLastOfAHundredIncludedAddresses) {
    std::string record = "v=spf1";
    for (int i = 1; i <= 100; ++i)
        record += numbered(" ip4:203.0.113.", i, "");
    txt("many.example.org", record + " -all");
    txt("example.org", "v=spf1 include:many.example.org -all");
    EXPECT_EQ(check("203.0.113.99").status, Status::Pass);
    EXPECT_EQ(check("203.0.113.100").status, Status::Pass);
    EXPECT_EQ(check("203.0.113.101").status, Status::Fail);
}
TEST_P(SpfEngine, ReadsRecordsOfSixtyThousandOctets) {
    std::string record = "v=spf1";
    for (int i = 0; i < 950; ++i)
        record += " x=" + std::string(60, 'y');
    txt("example.org", record + " ip4:192.0.2.1 -all");
    EXPECT_EQ(check().status, Status::Pass);
    EXPECT_EQ(check("192.0.2.2").status, Status::Fail);
}
TEST_P(SpfEngine, RefusesRecordsOverTheLimitOfOctets) {
    const std::string record = "v=spf1 ip4:192.0.2.1 x=1";
    limits.record_octets = record.size();
    txt("example.org", record);
    EXPECT_EQ(check().status, Status::Pass);
    txt("long.example.org", record + "2");
    EXPECT_EQ(check("192.0.2.1", "u@long.example.org").status, Status::PermError);
}

// Macros of libspf2's mistakes.

TEST_P(SpfEngine, KeepsTheWholeNameWhenAllLabelsAreWanted) {
    txt("example.org", "v=spf1 exists:%{d2}.two.example -all");
    txt("a.example.org", "v=spf1 exists:%{d3}.three.example -all");
    a("example.org.two.example", "127.0.0.2");
    a("a.example.org.three.example", "127.0.0.2");
    EXPECT_EQ(check().status, Status::Pass);
    EXPECT_EQ(check("192.0.2.1", "user@a.example.org").status, Status::Pass);
}
TEST_P(SpfEngine, TakesAllDelimitersAndCapitalRAndManyDigits) {
    txt("example.org", "v=spf1 exists:%{l,/}.%{d200R}.example -all");
    a("a.b.c.org.example.example", "127.0.0.2");
    EXPECT_EQ(check("192.0.2.1", "a,b/c@example.org").status, Status::Pass);
    txt("bar.example.org", "v=spf1 exists:%{l|}.example.org -all");
    EXPECT_EQ(check("192.0.2.1", "a@bar.example.org").status, Status::PermError);
}
TEST_P(SpfEngine, PrefixesThatOverflowAreErrors) {
    txt("example.org", "v=spf1 ip4:1.2.3.4/4294967041 -all");
    EXPECT_EQ(check("10.0.0.1").status, Status::PermError);
}

// Limits.

TEST_P(SpfEngine, TenTermsAreTheLimitOfTheWholeTree) {
    // Ten includes of ten includes of ...: 10^n questions where each include counts anew.
    for (int level = 0; level <= 10; ++level) {
        std::string record = "v=spf1";
        for (int i = 0; i < 10; ++i)
            record +=
                " include:" + numbered("l", level + 1, "") + numbered(".n", i, ".example.org");
        if (level == 0) txt("example.org", record + " -all");
        for (int i = 0; level > 0 && i < 10; ++i)
            txt(numbered("l", level, "") + numbered(".n", i, ".example.org"), record + " -all");
    }
    const Verdict verdict = check();
    EXPECT_EQ(verdict.status, Status::PermError);
    EXPECT_EQ(verdict.lookups, 10U);
    EXPECT_LE(dns.zone.asked(), 1U + 10U + 64U);
}
TEST_P(SpfEngine, TheEleventhTermIsAnErrorTheTenthIsNot) {
    a("example.org", "203.0.113.1");
    txt("example.org", "v=spf1 a a a a a a a a a a ip4:192.0.2.1 -all");
    EXPECT_EQ(check().status, Status::Pass);
    EXPECT_EQ(check().lookups, 10U);
    txt("more.example.org", "v=spf1 a a a a a a a a a a a ip4:192.0.2.1 -all");
    a("more.example.org", "203.0.113.1");
    EXPECT_EQ(check("192.0.2.1", "u@more.example.org").status, Status::PermError);
    txt("onward.example.org", "v=spf1 a a a a a a a a a a redirect=example.org");
    a("onward.example.org", "203.0.113.1");
    EXPECT_EQ(check("192.0.2.1", "u@onward.example.org").status, Status::PermError);
}
TEST_P(SpfEngine, TheLimitOfTermsIsAnOption) {
    limits.lookups = 1;
    txt("example.org", "v=spf1 a mx -all");
    a("example.org", "203.0.113.1");
    EXPECT_EQ(check().status, Status::PermError);
    EXPECT_EQ(check("203.0.113.1").status, Status::Pass);
}
TEST_P(SpfEngine, TheThirdVoidTermIsAnErrorTheSecondIsNot) {
    txt("example.org", "v=spf1 a:v1.example.org mx:v2.example.org -all");
    Verdict verdict = check();
    EXPECT_EQ(verdict.status, Status::Fail);
    EXPECT_EQ(verdict.void_lookups, 2U);
    txt("three.example.org",
        "v=spf1 a:v1.example.org mx:v2.example.org exists:v3.example.org ip4:192.0.2.1 -all");
    EXPECT_EQ(check("192.0.2.1", "u@three.example.org").status, Status::PermError);
}
TEST_P(SpfEngine, NoDataIsAsVoidAsNxDomain) {
    for (const char* name : {"v1.example.org", "v2.example.org", "v3.example.org"})
        dns.zone.add_empty(name);
    txt("example.org",
        "v=spf1 a:v1.example.org a:v2.example.org a:v3.example.org ip4:192.0.2.1 -all");
    EXPECT_EQ(check().status, Status::PermError);
}
TEST_P(SpfEngine, TheLimitOfVoidTermsIsAnOption) {
    limits.void_lookups = 3;
    txt("example.org",
        "v=spf1 a:v1.example.org a:v2.example.org a:v3.example.org ip4:192.0.2.1 -all");
    EXPECT_EQ(check().status, Status::Pass);
}
TEST_P(SpfEngine, HostsOfAnMxWithoutAddressesAreNotVoidTerms) {
    // pyspf counts them, and so makes every site with IPv4 only a PermError for IPv6 clients.
    for (int i = 0; i < 5; ++i) {
        mx("example.org", numbered("mx", i, ".example.org"));
        a(numbered("mx", i, ".example.org"), "203.0.113.1");
    }
    txt("example.org", "v=spf1 mx ip6:2001:db8::/32 -all");
    const Verdict verdict = check("2001:db8::1");
    EXPECT_EQ(verdict.status, Status::Pass);
    EXPECT_EQ(verdict.void_lookups, 0U);
}
TEST_P(SpfEngine, NamesOfTheClientWithoutAddressesAreNotVoidTerms) {
    for (int i = 0; i < 5; ++i)
        ptr("1.2.0.192.in-addr.arpa", numbered("h", i, ".example.org"));
    txt("example.org", "v=spf1 ptr ip4:192.0.2.1 -all");
    EXPECT_EQ(check().status, Status::Pass);
}
TEST_P(SpfEngine, MoreThanTenMxHostsAreAnErrorEvenIfTheFirstMatches) {
    for (int i = 0; i < 11; ++i)
        mx("example.org", numbered("mx", i, ".example.org"));
    a("mx0.example.org", "192.0.2.1");
    txt("example.org", "v=spf1 mx -all");
    EXPECT_EQ(check().status, Status::PermError);
}
TEST_P(SpfEngine, TheTenthMxHostCounts) {
    for (int i = 0; i < 10; ++i)
        mx("example.org", numbered("mx", i, ".example.org"));
    a("mx9.example.org", "192.0.2.1");
    txt("example.org", "v=spf1 mx -all");
    EXPECT_EQ(check().status, Status::Pass);
}
TEST_P(SpfEngine, NamesOfTheClientBehindTheTenthAreIgnored) {
    for (int i = 0; i < 10; ++i)
        ptr("1.2.0.192.in-addr.arpa", numbered("h", i, ".example.org"));
    ptr("1.2.0.192.in-addr.arpa", "real.example.org");
    a("real.example.org", "192.0.2.1");
    txt("example.org", "v=spf1 ptr -all");
    EXPECT_EQ(check().status, Status::Fail);
    a("h9.example.org", "192.0.2.1");
    EXPECT_EQ(check().status, Status::Pass);
}
TEST_P(SpfEngine, NamesNeverGrowBeyondWhatDnsCanCarry) {
    // Each level doubles the name.
    txt("example.org", "v=spf1 include:%{d}.%{d} -all");
    std::string name = "example.org";
    for (int i = 0; i < 4; ++i) {
        name += "." + name;
        txt(name, "v=spf1 include:%{d}.%{d} -all");
    }
    EXPECT_EQ(check().status, Status::PermError);
    EXPECT_LE(dns.longest_name, 253U);
}
TEST_P(SpfEngine, TheNameOfTheClientIsLookedUpOnce) {
    // Uncached, %{p} in every term multiplies questions: 10 * (1 + 10).
    for (int i = 0; i < 12; ++i)
        ptr("1.2.0.192.in-addr.arpa", numbered("h", i, ".example.net"));
    std::string record = "v=spf1";
    for (int i = 0; i < 10; ++i)
        record += numbered(" exists:%{p}.", i, ".example.org");
    txt("example.org", record + " -all");
    limits.void_lookups = 100;
    EXPECT_EQ(check().status, Status::Fail);
    EXPECT_LE(dns.zone.asked(), 1U + 1U + 10U + 10U);
    EXPECT_EQ(dns.zone.asked({"1.2.0.192.in-addr.arpa", RecordType::PTR}), 1U);
}

// DNS that fails.

TEST_P(SpfEngine, EveryFailureOfATermIsTemporary) {
    for (const Outcome outcome : {Outcome::ServFail, Outcome::Timeout, Outcome::Bogus})
        for (const char* term : {"a:", "mx:", "exists:", "include:", "redirect="}) {
            SCOPED_TRACE(std::string(term) + std::string(dns::to_string(outcome)));
            dns.zone = dns::FixtureResolver();
            dns.zone.fail("bad.example.net", outcome);
            txt("example.org", "v=spf1 " + std::string(term) + "bad.example.net");
            const Verdict verdict = check();
            EXPECT_EQ(verdict.status, Status::TempError);
            EXPECT_THAT(verdict.problem, HasSubstr("bad.example.net"));
        }
}
TEST_P(SpfEngine, AFailureOfTheFirstQuestionIsTemporary) {
    for (const Outcome outcome : {Outcome::ServFail, Outcome::Timeout, Outcome::Bogus}) {
        dns.zone = dns::FixtureResolver();
        dns.zone.fail("example.org", RecordType::TXT, outcome);
        EXPECT_EQ(check().status, Status::TempError);
    }
}
TEST_P(SpfEngine, AnMxHostThatMatchesIsEnoughEvenIfALaterOneFails) {
    mx("example.org", "mx1.example.org");
    mx("example.org", "mx2.example.org");
    a("mx1.example.org", "192.0.2.1");
    dns.zone.fail("mx2.example.org", Outcome::ServFail);
    txt("example.org", "v=spf1 mx -all");
    EXPECT_EQ(check().status, Status::Pass);
    EXPECT_EQ(check("192.0.2.2").status, Status::TempError);
}
TEST_P(SpfEngine, FailuresAroundPtrAreNoMatch) { // RFC 7208 5.5
    txt("example.org", "v=spf1 ptr -all");
    dns.zone.fail("1.2.0.192.in-addr.arpa", RecordType::PTR, Outcome::ServFail);
    EXPECT_EQ(check().status, Status::Fail);
    ptr("2.2.0.192.in-addr.arpa", "bad.example.org");
    ptr("2.2.0.192.in-addr.arpa", "good.example.org");
    dns.zone.fail("bad.example.org", Outcome::ServFail);
    a("good.example.org", "192.0.2.2");
    EXPECT_EQ(check("192.0.2.2").status, Status::Pass);
}
TEST_P(SpfEngine, AFailureBehindAMatchIsNotSeen) {
    txt("example.org", "v=spf1 ip4:192.0.2.1 a:bad.example.org -all");
    dns.zone.fail("bad.example.org", Outcome::ServFail);
    EXPECT_EQ(check().status, Status::Pass);
    EXPECT_EQ(check("192.0.2.2").status, Status::TempError);
}
TEST_P(SpfEngine, TheDeadlineIsATemporaryError) {
    txt("example.org", "v=spf1 a:slow.example.org -all");
    a("slow.example.org", "192.0.2.1");
    dns.zone.delay("slow.example.org", 5s);
    const auto begin = std::chrono::steady_clock::now();
    const Verdict verdict =
        make_engine(GetParam())
            ->check({.client = *IpAddress::parse("192.0.2.1"), .mail_from = "user@example.org"},
                    dns, {.at = begin + 50ms});
    EXPECT_EQ(verdict.status, Status::TempError);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}
TEST_P(SpfEngine, TheDeadlineIsNotTakenForAClientWithoutName) {
    // Failures around ptr are no match, so that a slow server would make a Fail.
    txt("example.org", "v=spf1 ptr -all");
    ptr("1.2.0.192.in-addr.arpa", "mail.example.org");
    a("mail.example.org", "192.0.2.1");
    dns.zone.delay("1.2.0.192.in-addr.arpa", 5s);
    const auto verdict =
        make_engine(GetParam())
            ->check({.client = *IpAddress::parse("192.0.2.1"), .mail_from = "user@example.org"},
                    dns, {.at = std::chrono::steady_clock::now() + 50ms});
    EXPECT_EQ(verdict.status, Status::TempError);
}
TEST_P(SpfEngine, ADeadlineThatIsPastAsksNothing) {
    txt("example.org", "v=spf1 -all");
    const auto verdict =
        make_engine(GetParam())
            ->check({.client = *IpAddress::parse("192.0.2.1"), .mail_from = "user@example.org"},
                    dns, {.at = std::chrono::steady_clock::now() - 1s});
    EXPECT_EQ(verdict.status, Status::TempError);
    EXPECT_EQ(dns.zone.asked(), 0U);
}

// Records.

TEST_P(SpfEngine, SeveralRecordsAreAnErrorOthersBesideOneAreNot) {
    txt("example.org", "v=spf1 ip4:192.0.2.1 -all");
    txt("example.org", "google-site-verification=x");
    txt("example.org", "v=spf10 +all");
    txt("example.org", "\xFF\xFE");
    EXPECT_EQ(check().status, Status::Pass);
    txt("example.org", "V=SPF1 ?all");
    EXPECT_EQ(check().status, Status::PermError);
}
TEST_P(SpfEngine, NoRecordIsNoneOnlyAtTheTop) {
    txt("example.org", "something else");
    EXPECT_EQ(check().status, Status::None);
    EXPECT_EQ(check("192.0.2.1", "u@missing.example.org").status, Status::None);
    txt("in.example.org", "v=spf1 include:example.org -all");
    EXPECT_EQ(check("192.0.2.1", "u@in.example.org").status, Status::PermError);
    txt("on.example.org", "v=spf1 redirect=example.org");
    EXPECT_EQ(check("192.0.2.1", "u@on.example.org").status, Status::PermError);
}
TEST_P(SpfEngine, MalformedTargetsMatchNothing) { // RFC 7208 4.8 leaves the choice
    txt("example.org", "v=spf1 a:foo..example.org exists:%{h}.example.org ip4:192.0.2.1 -all");
    EXPECT_EQ(check("192.0.2.1", "u@example.org", std::string(64, 'h')).status, Status::Pass);
    txt("in.example.org", "v=spf1 include:a..example.org ip4:192.0.2.1");
    EXPECT_EQ(check("192.0.2.1", "u@in.example.org").status, Status::PermError);
    txt("on.example.org", "v=spf1 redirect=a..example.org");
    EXPECT_EQ(check("192.0.2.1", "u@on.example.org").status, Status::PermError);
    txt("label.example.org", "v=spf1 include:%{h} -all"); // not fully qualified, RFC 7208 4.3
    EXPECT_EQ(check("192.0.2.1", "u@label.example.org", "localhost").status, Status::PermError);
}
TEST_P(SpfEngine, BackslashesInALocalPartStayInTheirLabel) {
    // Names at the seam escape them; "\." there would be a dot within a label.
    txt("example.org", "v=spf1 exists:%{l}.example.net -all");
    EXPECT_EQ(check("192.0.2.1", "a\\@example.org").status, Status::Fail);
    EXPECT_THAT(dns.asked(), Contains("A a\\\\.example.net"));
}
TEST_P(SpfEngine, ANameOfTheClientWithADotInALabelIsNotBelowItsEnd) {
    ptr("1.2.0.192.in-addr.arpa", "evil\\.example.org");
    a("evil\\.example.org", "192.0.2.1");
    txt("example.org", "v=spf1 ptr -all");
    EXPECT_EQ(check().status, Status::Fail);
}
TEST_P(SpfEngine, TheRootIsNoMailHost) { // RFC 7505
    mx("example.org", "");
    txt("example.org", "v=spf1 mx -all");
    EXPECT_EQ(check().status, Status::Fail);
}
TEST_P(SpfEngine, LoopbackHasNoFreeRide) {
    txt("example.org", "v=spf1 -all");
    EXPECT_EQ(check("127.0.0.1").status, Status::Fail);
    EXPECT_EQ(check("::1").status, Status::Fail);
}
TEST_P(SpfEngine, ExistsAsksForIp4EvenForAnIp6Client) { // RFC 7208 5.7
    txt("example.org", "v=spf1 exists:yes.example.org -all");
    a("yes.example.org", "127.0.0.2");
    EXPECT_EQ(check("2001:db8::1").status, Status::Pass);
}
TEST_P(SpfEngine, MappedClientsAreIp4) {
    txt("example.org", "v=spf1 a ip6:::ffff:192.0.2.0/120 -all");
    a("example.org", "192.0.2.1");
    EXPECT_EQ(check("::ffff:192.0.2.1").status, Status::Pass);
    EXPECT_EQ(check("::ffff:192.0.2.2").status, Status::Fail);
}
TEST_P(SpfEngine, PrefixesApplyToHostsByTheFamilyOfTheClient) {
    txt("example.org", "v=spf1 a:h.example.org/24//32 -all");
    a("h.example.org", "192.0.2.200");
    a("h.example.org", "2001:db8:ffff::1");
    EXPECT_EQ(check("192.0.2.1").status, Status::Pass);
    EXPECT_EQ(check("192.0.3.1").status, Status::Fail);
    EXPECT_EQ(check("2001:db8::1").status, Status::Pass);
    EXPECT_EQ(check("2001:db9::1").status, Status::Fail);
}
TEST_P(SpfEngine, IncludesMatchOnPassAlone) { // RFC 7208 5.2
    txt("yes.example.org", "v=spf1 +all");
    txt("no.example.org", "v=spf1 -all");
    txt("maybe.example.org", "v=spf1 ~all");
    txt("who.example.org", "v=spf1 ?all");
    txt("example.org", "v=spf1 include:no.example.org include:maybe.example.org "
                       "include:who.example.org ~include:yes.example.org -all");
    EXPECT_EQ(check().status, Status::SoftFail);
}

// Who is checked.

TEST_P(SpfEngine, TheNullSenderIsPostmasterOfTheHelo) { // RFC 7208 2.4
    txt("mail.example.net", "v=spf1 exists:%{l}.%{o}.%{d}.example -all");
    a("postmaster.mail.example.net.mail.example.net.example", "127.0.0.2");
    const Verdict verdict = check("192.0.2.1", "");
    EXPECT_EQ(verdict.status, Status::Pass);
    EXPECT_EQ(verdict.identity, Identity::MailFrom);
    EXPECT_EQ(verdict.domain, "mail.example.net");
}
TEST_P(SpfEngine, TheHeloIsCheckedByItself) {
    txt("mail.example.net", "v=spf1 exists:%{s}.example -all");
    txt("example.org", "v=spf1 -all");
    a("postmaster@mail.example.net.example", "127.0.0.2");
    const Verdict verdict = check(Query{.client = *IpAddress::parse("192.0.2.1"),
                                        .identity = Identity::Helo,
                                        .mail_from = "user@example.org",
                                        .helo = "mail.example.net"});
    EXPECT_EQ(verdict.status, Status::Pass);
    EXPECT_EQ(verdict.identity, Identity::Helo);
    EXPECT_EQ(verdict.domain, "mail.example.net");
}
TEST_P(SpfEngine, ASenderWithoutLocalPartIsPostmaster) { // RFC 7208 4.3
    txt("example.org", "v=spf1 exists:%{l}.example -all");
    a("postmaster.example", "127.0.0.2");
    EXPECT_EQ(check("192.0.2.1", "@example.org").status, Status::Pass);
}
TEST_P(SpfEngine, TheDomainBeginsBehindTheLastAt) {
    txt("example.org", "v=spf1 +all");
    EXPECT_EQ(check("192.0.2.1", "\"a@example.net\"@example.org").domain, "example.org");
}
TEST_P(SpfEngine, DomainsThatAreNoneAreNotAsked) { // RFC 7208 4.3
    for (const std::string from :
         {"user", "user@", "user@localhost", "user@[192.0.2.1]", "user@a..example.org",
          "user@.example.org", "user@example org", "user@exa\nmple.org", "user@exam\\ple.org"}) {
        const Verdict verdict = check("192.0.2.1", from);
        EXPECT_EQ(verdict.status, Status::None) << from;
        EXPECT_FALSE(verdict.problem.empty()) << from;
    }
    EXPECT_EQ(check("192.0.2.1", "user@" + std::string(64, 'a') + ".example.org").status,
              Status::None);
    EXPECT_EQ(check("192.0.2.1", "", "[192.0.2.1]").status, Status::None);
    EXPECT_EQ(check("192.0.2.1", "", "").status, Status::None);
    EXPECT_EQ(dns.zone.asked(), 0U);
}
TEST_P(SpfEngine, TheFirstQuestionIsKnownBefore) {
    const auto engine = make_engine(GetParam());
    const auto of = [&](Identity identity, const char* from, const char* helo) {
        return engine->first_questions({.client = *IpAddress::parse("192.0.2.1"),
                                        .identity = identity,
                                        .mail_from = from,
                                        .helo = helo});
    };
    using testing::ElementsAre;
    EXPECT_THAT(of(Identity::MailFrom, "u@Example.ORG.", "h.example.net"),
                ElementsAre(dns::Question{"example.org", RecordType::TXT}));
    EXPECT_THAT(of(Identity::MailFrom, "", "h.example.net"),
                ElementsAre(dns::Question{"h.example.net", RecordType::TXT}));
    EXPECT_THAT(of(Identity::Helo, "u@example.org", "h.example.net"),
                ElementsAre(dns::Question{"h.example.net", RecordType::TXT}));
    EXPECT_TRUE(of(Identity::Helo, "u@example.org", "localhost").empty());
    EXPECT_TRUE(of(Identity::MailFrom, "u@[192.0.2.1]", "h.example.net").empty());
}

// Internationalized mail (RFC 8616 4).

TEST_P(SpfEngine, ULabelsOfTheSenderAreALabels) {
    txt("xn--bcher-kva.example", "v=spf1 exists:%{o}.%{d}.example -all");
    a("xn--bcher-kva.example.xn--bcher-kva.example.example", "127.0.0.2");
    const Verdict verdict = check("192.0.2.1", "user@b\xC3\xBC"
                                               "cher.example");
    EXPECT_EQ(verdict.status, Status::Pass);
    EXPECT_EQ(verdict.domain, "xn--bcher-kva.example");
}
TEST_P(SpfEngine, TermsWithALocalPartAboveAsciiMatchNothing) {
    txt("example.org", "v=spf1 exists:%{l}.example exists:%{S}.example exists:x%{l1r}.example "
                       "include:%{l}.example ip4:192.0.2.1 -all");
    const Verdict verdict = check("192.0.2.1", "j\xC3\xBCrgen@example.org");
    EXPECT_EQ(verdict.status, Status::Pass);
    EXPECT_EQ(verdict.void_lookups, 0U);
    EXPECT_EQ(dns.zone.asked(), 1U);
}
TEST_P(SpfEngine, ARedirectByALocalPartAboveAsciiLeadsNowhere) {
    txt("example.org", "v=spf1 redirect=%{l}.example");
    EXPECT_EQ(check("192.0.2.1", "j\xC3\xBCrgen@example.org").status, Status::Neutral);
}
TEST_P(SpfEngine, OtherTermsDoNotMindALocalPartAboveAscii) {
    txt("example.org", "v=spf1 exists:%{o}.example -all");
    a("example.org.example", "127.0.0.2");
    EXPECT_EQ(check("192.0.2.1", "j\xC3\xBCrgen@example.org").status, Status::Pass);
}

// Explanations.

TEST_P(SpfEngine, ExplainsAFail) {
    txt("example.org", "v=spf1 -all exp=why.%{d}");
    txt("why.example.org", "%{i} may not send as %{s}, says %{r}.");
    const Verdict verdict = check();
    EXPECT_EQ(verdict.status, Status::Fail);
    EXPECT_EQ(verdict.explanation,
              "192.0.2.1 may not send as user@example.org, says mx.example.com.");
}
TEST_P(SpfEngine, ExplainsNothingButAFail) {
    txt("why.example.org", "Because.");
    for (const char* record : {"v=spf1 ~all exp=why.example.org", "v=spf1 ?all exp=why.example.org",
                               "v=spf1 all exp=why.example.org", "v=spf1 exp=why.example.org"}) {
        dns.zone.set("example.org", RecordType::TXT, {.records = {{.text = record}}});
        EXPECT_EQ(check().explanation, "") << record;
    }
    EXPECT_EQ(dns.zone.asked({"why.example.org", RecordType::TXT}), 0U);
}
TEST_P(SpfEngine, DoesNotLookUpExplanationsOfIncludes) { // RFC 7208 6.2
    txt("example.org", "v=spf1 include:other.example -all exp=why.example.org");
    txt("other.example", "v=spf1 -all exp=why.other.example");
    txt("why.example.org", "Mine.");
    txt("why.other.example", "Theirs.");
    EXPECT_EQ(check().explanation, "Mine.");
    EXPECT_EQ(dns.zone.asked({"why.other.example", RecordType::TXT}), 0U);
}
TEST_P(SpfEngine, TakesTheExplanationOfTheRedirectedRecord) { // RFC 7208 6.2
    txt("example.org", "v=spf1 redirect=other.example exp=why.example.org");
    txt("other.example", "v=spf1 -all exp=why.other.example");
    txt("why.example.org", "Mine.");
    txt("why.other.example", "Theirs.");
    EXPECT_EQ(check().explanation, "Theirs.");
}
TEST_P(SpfEngine, BadExplanationsAreNone) {
    txt("example.org", "v=spf1 -all exp=why.%{h}");
    const auto explanation = [&](const std::string& name, std::vector<std::string> texts) {
        for (auto& text : texts)
            txt("why." + name, text);
        const Verdict verdict = check("192.0.2.1", "us\xC3\xA9r@example.org", name);
        EXPECT_EQ(verdict.status, Status::Fail);
        return verdict.explanation;
    };
    EXPECT_EQ(explanation("h1.example", {"one", "two"}), "");
    EXPECT_EQ(explanation("h2.example", {"100%"}), "");
    EXPECT_EQ(explanation("h3.example", {"a\r\n250 OK"}), "");
    EXPECT_EQ(explanation("h4.example", {"caf\xC3\xA9"}), "");
    EXPECT_EQ(explanation("h5.example", {"no %{s}"}), ""); // expands to octets above ASCII
    EXPECT_EQ(explanation("h6.example", {}), "");
    dns.zone.fail("why.h7.example", Outcome::ServFail);
    EXPECT_EQ(explanation("h7.example", {}), "");
    EXPECT_EQ(explanation("h8.example", {"see %{S}"}), "see us%C3%A9r%40example.org");
}
TEST_P(SpfEngine, AControlCharacterInTheHeloDoesNotReachTheReply) {
    txt("example.org", "v=spf1 -all exp=why.example.org");
    txt("why.example.org", "hello %{h}");
    EXPECT_EQ(check("192.0.2.1", "u@example.org", "a\r\nb.example").explanation, "");
}

// What is told.

TEST_P(SpfEngine, NamesTheDirectiveThatDecided) {
    txt("example.org", "v=spf1 a +ip4:192.0.2.0/24 include:other.example ~all");
    txt("other.example", "v=spf1 ip4:203.0.113.1");
    EXPECT_EQ(check().mechanism, "+ip4:192.0.2.0/24");
    EXPECT_EQ(check("203.0.113.1").mechanism, "include:other.example");
    EXPECT_EQ(check("203.0.113.2").mechanism, "~all");
    txt("open.example.org", "v=spf1 ip4:203.0.113.1");
    EXPECT_EQ(check("192.0.2.1", "u@open.example.org").mechanism, "default");
    EXPECT_EQ(check("192.0.2.1", "u@missing.example.org").mechanism, "");
}
TEST_P(SpfEngine, SaysWhatIsWrong) {
    txt("example.org", "v=spf1 ip4:1.2.3 -all");
    EXPECT_THAT(check().problem, HasSubstr("ip4:1.2.3"));
    EXPECT_EQ(check("192.0.2.1", "u@missing.example.org").problem,
              "missing.example.org does not exist");
}
TEST_P(SpfEngine, CountsWhatItAsked) {
    txt("example.org", "v=spf1 a:void.example.org mx include:in.example.org -all");
    txt("in.example.org", "v=spf1 a ip4:192.0.2.9");
    mx("example.org", "mx.example.org");
    const Verdict verdict = check();
    EXPECT_EQ(verdict.lookups, 4U);
    EXPECT_EQ(verdict.void_lookups, 2U); // void.example.org, and the address of in.example.org
}
TEST_P(SpfEngine, TracesEveryStep) {
    txt("example.org", "v=spf1 a mx:bad\x7f -all");
    check();
    for (const std::string& step : trace)
        for (const char c : step)
            EXPECT_TRUE(c >= 0x20 && c <= 0x7e);
    trace.clear();
    dns.zone.set("example.org", RecordType::TXT,
                 {.records = {{.text = "v=spf1 a:h.example -all"}}});
    a("h.example", "203.0.113.1");
    check();
    EXPECT_THAT(trace, Contains(HasSubstr("A h.example: 203.0.113.1")));
    EXPECT_THAT(trace, Contains(HasSubstr("a:h.example: no match")));
    EXPECT_THAT(trace, Contains(HasSubstr("-all: match")));
}

} // namespace
} // namespace postern::spf
