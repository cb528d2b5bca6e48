// What our own engine asks, and when: everything that can be known to matter at once, nothing
// behind a match, nothing twice.
#include "common/spf/answers.hpp"
#include "common/spf/engine.hpp"
#include "tests/unit/spf/watched_resolver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

namespace postern::spf {
namespace {

using dns::RecordType;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

class AskedAtOnce : public testing::Test {
protected:
    WatchedResolver dns;
    Limits limits;

    void txt(const std::string& name, std::string text) {
        dns.zone.add(name, RecordType::TXT, dns::Record{.text = std::move(text)});
    }
    Verdict check(const char* client = "192.0.2.1") {
        return make_engine(EngineKind::Own, limits)
            ->check({.client = *IpAddress::parse(client),
                     .mail_from = "user@example.org",
                     .helo = "mail.example.net"},
                    dns, {.at = std::chrono::steady_clock::now() + 20s});
    }
};

TEST_F(AskedAtOnce, TenIncludesCostOneRound) {
    std::string record = "v=spf1";
    for (int i = 0; i < 10; ++i) {
        record += " include:n" + std::to_string(i) + ".example.org";
        txt("n" + std::to_string(i) + ".example.org", "v=spf1 ip4:203.0.113.1");
    }
    txt("example.org", record + " -all");
    EXPECT_EQ(check().status, Status::Fail);
    EXPECT_THAT(dns.rounds, ElementsAre(SizeIs(1), SizeIs(10)));
}
TEST_F(AskedAtOnce, EveryLevelCostsOneRound) {
    txt("example.org",
        "v=spf1 include:a.example.org include:b.example.org mx redirect=z.example.org");
    txt("a.example.org", "v=spf1 include:aa.example.org a:host.example.org");
    txt("b.example.org", "v=spf1 include:bb.example.org exists:x.example.org");
    txt("aa.example.org", "v=spf1 ip4:203.0.113.1");
    txt("bb.example.org", "v=spf1 ip4:203.0.113.1");
    txt("z.example.org", "v=spf1 -all");
    dns.zone.add("example.org", RecordType::MX, "10 mx.example.org");
    EXPECT_EQ(check().status, Status::Fail);
    EXPECT_THAT(dns.rounds, ElementsAre(ElementsAre("TXT example.org"),
                                        ElementsAre("TXT a.example.org", "TXT b.example.org",
                                                    "MX example.org", "TXT z.example.org"),
                                        ElementsAre("TXT aa.example.org", "A host.example.org",
                                                    "TXT bb.example.org", "A x.example.org",
                                                    "A mx.example.org")));
}
TEST_F(AskedAtOnce, TermsBehindAMatchAreNotAsked) {
    txt("example.org", "v=spf1 a:before.example.org ip4:192.0.2.1 a:behind.example.org "
                       "include:behind.example.org redirect=behind.example.org");
    EXPECT_EQ(check().status, Status::Pass);
    EXPECT_THAT(dns.rounds,
                ElementsAre(ElementsAre("TXT example.org"), ElementsAre("A before.example.org")));
}
TEST_F(AskedAtOnce, TermsBehindAnIncludeThatMatchesForSureAreNotAsked) {
    txt("example.org", "v=spf1 include:in.example.org -all");
    txt("in.example.org", "v=spf1 ip4:192.0.2.1 a:behind.example.org");
    EXPECT_EQ(check().status, Status::Pass);
    EXPECT_THAT(dns.rounds,
                ElementsAre(ElementsAre("TXT example.org"), ElementsAre("TXT in.example.org")));
}
TEST_F(AskedAtOnce, TermsBehindAllAreNotAsked) {
    txt("example.org", "v=spf1 ~all a:behind.example.org redirect=behind.example.org");
    EXPECT_EQ(check().status, Status::SoftFail);
    EXPECT_THAT(dns.rounds, ElementsAre(ElementsAre("TXT example.org")));
}
TEST_F(AskedAtOnce, TermsBeyondTheLimitAreNotAsked) {
    std::string record = "v=spf1";
    for (int i = 0; i < 100; ++i)
        record += " a:n" + std::to_string(i) + ".example.org";
    limits.void_lookups = 100;
    txt("example.org", record);
    EXPECT_EQ(check().status, Status::PermError);
    EXPECT_THAT(dns.rounds, ElementsAre(SizeIs(1), SizeIs(10)));
}
TEST_F(AskedAtOnce, AllHostsOfAnMxInOneRound) {
    txt("example.org", "v=spf1 mx -all");
    for (int i = 0; i < 10; ++i)
        dns.zone.add("example.org", RecordType::MX, "10 mx" + std::to_string(i) + ".example.org");
    EXPECT_EQ(check().status, Status::Fail);
    EXPECT_THAT(dns.rounds, ElementsAre(SizeIs(1), SizeIs(1), SizeIs(10)));
}
TEST_F(AskedAtOnce, NamesOfTheClientThatCannotMatchAreNotAsked) {
    txt("example.org", "v=spf1 ptr -all");
    dns.zone.add("1.2.0.192.in-addr.arpa", RecordType::PTR, "host.example.net");
    dns.zone.add("1.2.0.192.in-addr.arpa", RecordType::PTR, "host.example.org");
    EXPECT_EQ(check().status, Status::Fail);
    EXPECT_THAT(dns.rounds, ElementsAre(ElementsAre("TXT example.org"),
                                        ElementsAre("PTR 1.2.0.192.in-addr.arpa"),
                                        ElementsAre("A host.example.org")));
}
TEST_F(AskedAtOnce, TheNameOfTheClientComesBeforeTheTermThatUsesIt) {
    txt("example.org", "v=spf1 exists:%{p}.example.net a:h.example.org -all");
    dns.zone.add("1.2.0.192.in-addr.arpa", RecordType::PTR, "host.example.com");
    dns.zone.add("host.example.com", RecordType::A, "192.0.2.1");
    dns.zone.add("host.example.com.example.net", RecordType::A, "127.0.0.2");
    EXPECT_EQ(check().status, Status::Pass);
    EXPECT_THAT(dns.rounds,
                ElementsAre(ElementsAre("TXT example.org"),
                            ElementsAre("PTR 1.2.0.192.in-addr.arpa", "A h.example.org"),
                            ElementsAre("A host.example.com"),
                            ElementsAre("A host.example.com.example.net")));
}
TEST_F(AskedAtOnce, ExplanationsAreAskedWhenTheFailIsCertain) {
    txt("example.org", "v=spf1 a -all exp=why.example.org");
    txt("why.example.org", "No.");
    EXPECT_EQ(check().explanation, "No.");
    EXPECT_THAT(dns.rounds,
                ElementsAre(ElementsAre("TXT example.org"), ElementsAre("A example.org"),
                            ElementsAre("TXT why.example.org")));
}
TEST_F(AskedAtOnce, NothingIsAskedTwice) {
    txt("example.org", "v=spf1 a A:EXAMPLE.org mx mx:Example.Org include:in.example.org "
                       "include:IN.example.org ptr ptr -all");
    txt("in.example.org", "v=spf1 a:example.org");
    dns.zone.add("example.org", RecordType::MX, "10 example.org");
    dns.zone.add("example.org", RecordType::A, "203.0.113.1");
    EXPECT_EQ(check().status, Status::Fail);
    const auto asked = dns.asked();
    EXPECT_THAT(asked, SizeIs(std::set<std::string>(asked.begin(), asked.end()).size()));
    EXPECT_THAT(asked, UnorderedElementsAre("TXT example.org", "A example.org", "MX example.org",
                                            "TXT in.example.org", "PTR 1.2.0.192.in-addr.arpa"));
}
TEST_F(AskedAtOnce, WhatIsAskedAheadIsBounded) {
    // Each include opens terms that push those behind it beyond the limit: asked in vain.
    std::string wasted;
    for (int i = 0; i < 9; ++i)
        wasted += " mx:w" + std::to_string(i) + ".example.org";
    txt("example.org", "v=spf1 include:i0.example.org" + wasted);
    for (int i = 0; i < 10; ++i) {
        const std::string n = std::to_string(i);
        txt("i" + n + ".example.org", "v=spf1 include:i" + std::to_string(i + 1) + ".example.org" +
                                          wasted + " a:x" + n + ".example.org");
        for (int host = 0; host < 10; ++host)
            dns.zone.add("w" + n + ".example.org", RecordType::MX,
                         "10 h" + n + std::to_string(host) + ".example.org");
    }
    EXPECT_EQ(check().status, Status::PermError);
    std::size_t ahead = 0;
    for (const auto& round : dns.rounds)
        ahead += round.size() - 1;
    EXPECT_LE(ahead, Answers::kAskedAhead);
    EXPECT_GT(dns.rounds.size(), 10U);
}
TEST_F(AskedAtOnce, NoDomainNoQuestion) {
    const Verdict verdict = make_engine(EngineKind::Own)
                                ->check({.client = *IpAddress::parse("192.0.2.1"), .helo = "x"},
                                        dns, {.at = std::chrono::steady_clock::now() + 20s});
    EXPECT_EQ(verdict.status, Status::None);
    EXPECT_THAT(dns.rounds, IsEmpty());
}

} // namespace
} // namespace postern::spf
