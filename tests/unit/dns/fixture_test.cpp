// Fixtures as resolvers: zone text, the JSON form, what is built by hand.
#include "common/dns/fixture.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/dns/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::name_of;

FixtureResolver zone(std::string_view text) {
    auto parsed = FixtureResolver::parse(text, "test.zone");
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
    return parsed ? std::move(*parsed) : FixtureResolver();
}

// RFC 1035 5.3 shows this zone; the relative names and numbers are its own.
constexpr std::string_view kRfc1035 = R"(
$ORIGIN ISI.EDU.
@   IN  SOA     VENERA      Action\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        NS      VENERA
        NS      VAXA
        MX      10      VENERA
        MX      20      VAXA

A       A       26.3.0.103

VENERA  A       10.1.0.52
        A       128.9.0.32

VAXA    A       10.2.0.27
        A       128.9.0.33
)";

TEST(ZoneText, IsReadAsTheExampleOfRfc1035) {
    auto dns = zone(kRfc1035);
    const Answer ns = ask(dns, "isi.edu", RecordType::NS);
    ASSERT_EQ(ns.outcome, Outcome::Records);
    EXPECT_THAT(texts(ns), ElementsAre("A.ISI.EDU", "VENERA.ISI.EDU", "VAXA.ISI.EDU"));
    const Answer mx = ask(dns, "ISI.EDU", RecordType::MX);
    ASSERT_EQ(mx.records.size(), 2U);
    EXPECT_EQ(mx.records[1], (Record{.text = "VAXA.ISI.EDU", .preference = 20}));
    EXPECT_THAT(texts(ask(dns, "venera.isi.edu", RecordType::A)),
                ElementsAre("10.1.0.52", "128.9.0.32"));
    EXPECT_EQ(ask(dns, "venera.isi.edu", RecordType::TXT).outcome, Outcome::NoData);
    EXPECT_EQ(ask(dns, "nobody.isi.edu", RecordType::A).outcome, Outcome::NxDomain);
}

struct TextCase {
    const char* name;
    std::string_view data, octets;
};
class ZoneTxt : public testing::TestWithParam<TextCase> {};
TEST_P(ZoneTxt, IsJoinedAndUnescapedAsRfc1035Section51) {
    auto dns = zone("x.example. TXT " + std::string(GetParam().data));
    EXPECT_THAT(texts(ask(dns, "x.example", RecordType::TXT)), ElementsAre(GetParam().octets));
}
using namespace std::string_view_literals;
INSTANTIATE_TEST_SUITE_P(
    Table, ZoneTxt,
    testing::Values(TextCase{"one", "\"v=spf1 -all\"", "v=spf1 -all"},
                    TextCase{"several_are_joined", "\"a\" \"b\"c d", "abcd"},
                    TextCase{"empty", "\"\"", ""},
                    TextCase{"semicolon_in_quotes", "\"v=DKIM1; p=\" ; comment", "v=DKIM1; p="},
                    TextCase{"semicolon_outside_starts_a_comment", "a;b", "a"},
                    TextCase{"escaped_semicolon", "a\\;b", "a;b"},
                    TextCase{"quote_and_backslash", R"("a\"b\\c")", R"(a"b\c)"},
                    TextCase{"octets_by_number", R"("\000\255\101x")",
                             "\0\xFF"
                             "ex"sv},
                    TextCase{"parentheses", "(\"a\" ; one\n \"b\"\n)", "ab"},
                    TextCase{"raw_octets", "\"\xE9\xFF\"", "\xE9\xFF"},
                    TextCase{"crlf", "\"a\"\r\n", "a"}),
    name_of);

struct ProblemCase {
    const char* name;
    std::string_view text, says;
};
class ZoneProblem : public testing::TestWithParam<ProblemCase> {};
TEST_P(ZoneProblem, NamesLineAndCause) {
    const auto parsed = FixtureResolver::parse(GetParam().text, "t.zone");
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    Table, ZoneProblem,
    testing::Values(
        ProblemCase{"quote_open", "\n@ TXT \"a\nb. TXT \"b\"\n", "t.zone:2: a quoted string"},
        ProblemCase{"parenthesis_open", "@ TXT ( \"a\"\n", "parenthesis is not closed"},
        ProblemCase{"parenthesis_closed", "@ TXT a )\n", "parenthesis too many"},
        ProblemCase{"type", "\n\nx. TXTT a\n", "t.zone:3: \"TXTT\" is no record type"},
        ProblemCase{"address", "x. A 192.0.2.256\n", "\"192.0.2.256\" is no IPv4 address"},
        ProblemCase{"address_of_the_other_family", "x. AAAA 192.0.2.1\n", "no IPv6 address"},
        ProblemCase{"mx_without_name", "x. MX 10\n", "MX wants a preference and a name"},
        ProblemCase{"mx_preference", "x. MX 65536 a.\n", "not a preference"},
        ProblemCase{"label_of_64",
                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa. TXT a\n",
                    "no domain name"},
        ProblemCase{"empty_label", "a..b. TXT a\n", "no domain name"},
        ProblemCase{"no_owner", " TXT a\n", "the first record has no owner"},
        ProblemCase{"directive", "$INCLUDE /etc/passwd\n", "\"$INCLUDE\" is none of"},
        ProblemCase{"outcome", "$FAIL x. BROKEN\n", "\"BROKEN\" is none of"},
        ProblemCase{"escape", "x. TXT \"\\256\"\n", "three digits"},
        ProblemCase{"ttl", "$TTL 4294967296\n", "$TTL wants one time"}),
    name_of);

TEST(ZoneText, TakesTtlAndClassInEitherOrder) { // RFC 1035 5.1
    auto dns = zone("$TTL 2h\na. IN 300 TXT x\nb. 1h30m IN TXT x\nc. TXT x\nd. 60 TXT x\nd. TXT y");
    EXPECT_EQ(ask(dns, "a", RecordType::TXT).ttl, 300s);
    EXPECT_EQ(ask(dns, "b", RecordType::TXT).ttl, 5400s);
    EXPECT_EQ(ask(dns, "c", RecordType::TXT).ttl, 7200s);
    EXPECT_EQ(ask(dns, "d", RecordType::TXT).ttl, 60s) << "RFC 2181 5.2: one TTL for all";
}

TEST(ZoneText, DropsEqualRecordsAsServersDo) { // RFC 2181 5
    auto dns = zone("a. TXT x\na. TXT x\na. TXT y");
    EXPECT_THAT(texts(ask(dns, "a", RecordType::TXT)), ElementsAre("x", "y"));
}

// RFC 4592 2.2.1, its zone and its answers.
TEST(Wildcards, AnswerAsRfc4592Section221) {
    auto dns = zone("$ORIGIN example.\n@ NS ns.example.com.\n* TXT \"this is a wildcard\"\n"
                    "* MX 10 host1\nsub.* TXT \"this is not a wildcard\"\nhost1 A 192.0.2.1\n"
                    "_ssh._tcp.host1 SRV 0 0 22 host1\n_ssh._tcp.host2 SRV 0 0 22 host2\n"
                    "subdel NS ns.example.com.\n");
    EXPECT_EQ(ask(dns, "host3.example", RecordType::MX).outcome, Outcome::Records);
    EXPECT_EQ(ask(dns, "host3.example", RecordType::A).outcome, Outcome::NoData);
    EXPECT_EQ(ask(dns, "foo.bar.example", RecordType::TXT).outcome, Outcome::Records);
    EXPECT_EQ(ask(dns, "host1.example", RecordType::MX).outcome, Outcome::NoData);
    EXPECT_EQ(ask(dns, "sub.*.example", RecordType::MX).outcome, Outcome::NoData);
    EXPECT_EQ(ask(dns, "_telnet._tcp.host1.example", RecordType::MX).outcome, Outcome::NxDomain);
    EXPECT_EQ(ask(dns, "ghost.*.example", RecordType::MX).outcome, Outcome::NxDomain);
    EXPECT_EQ(ask(dns, "_tcp.host1.example", RecordType::TXT).outcome, Outcome::NoData)
        << "an empty non-terminal exists (2.2.2)";
}

TEST(Aliases, AreFollowedAndTheLeastTtlCounts) {
    auto dns = zone("$ORIGIN example.\na 60 CNAME b\nb 300 CNAME c.other.\nc.other. 600 TXT x\n"
                    "nowhere CNAME gone.other.\nold DNAME new.other.\n"
                    "k.new.other. TXT moved\n$FAIL down.other. SERVFAIL\nd CNAME down.other.\n");
    EXPECT_EQ(ask(dns, "a.example", RecordType::TXT).ttl, 60s);
    EXPECT_THAT(texts(ask(dns, "a.example", RecordType::TXT)), ElementsAre("x"));
    EXPECT_THAT(texts(ask(dns, "a.example", RecordType::CNAME)), ElementsAre("b.example"));
    EXPECT_EQ(ask(dns, "nowhere.example", RecordType::TXT).outcome, Outcome::NxDomain)
        << "RFC 6604: the outcome is that of the last name";
    EXPECT_THAT(texts(ask(dns, "k.old.example", RecordType::TXT)), ElementsAre("moved"));
    EXPECT_EQ(ask(dns, "d.example", RecordType::TXT).outcome, Outcome::ServFail);
}

TEST(Aliases, InALoopAreServFail) {
    auto dns = zone("a. CNAME b.\nb. CNAME a.\nc. CNAME c.\nx. DNAME y.x2.\nx2. DNAME x.\n");
    EXPECT_EQ(ask(dns, "a", RecordType::TXT).outcome, Outcome::ServFail);
    EXPECT_EQ(ask(dns, "c", RecordType::TXT).outcome, Outcome::ServFail);
    EXPECT_EQ(ask(dns, "n.x", RecordType::TXT).outcome, Outcome::ServFail);
}

TEST(Failures, ReplaceWhateverRecordsThereAre) {
    auto dns = zone("a. TXT x\na. A 192.0.2.1\nb. TXT x\n$FAIL a. TXT TIMEOUT\n$FAIL b. SERVFAIL\n"
                    "$FAIL c. ANY BOGUS\n$FAIL b2. NXDOMAIN\nb2. TXT x\n");
    EXPECT_EQ(ask(dns, "a", RecordType::TXT).outcome, Outcome::Timeout);
    EXPECT_EQ(ask(dns, "a", RecordType::A).outcome, Outcome::Records);
    EXPECT_EQ(ask(dns, "b", RecordType::TXT).outcome, Outcome::ServFail);
    EXPECT_EQ(ask(dns, "c", RecordType::MX).outcome, Outcome::Bogus);
    EXPECT_EQ(ask(dns, "b2", RecordType::TXT).outcome, Outcome::NxDomain);
    EXPECT_THAT(ask(dns, "a", RecordType::TXT).why, HasSubstr("timeout"));
}

TEST(Failures, OfOtherTypesLeaveWhatIsThere) { // spftimeout.example.net of the SPF suite
    FixtureResolver dns;
    dns.add("a", RecordType::TXT, "v=spf1 -all").fail_others("a", Outcome::Timeout);
    EXPECT_EQ(ask(dns, "a", RecordType::TXT).outcome, Outcome::Records);
    EXPECT_EQ(ask(dns, "a", RecordType::A).outcome, Outcome::Timeout);
}

TEST(JsonForm, IsThatOfTheConformanceData) {
    auto dns = zone(R"({"a.example. TXT": ["one", ""], "b.example. TXT": [],
        "c.example. TXT": "TIMEOUT", "d.example. TXT": "SERVFAIL", "e.example. TXT": "NXDOMAIN",
        "f.example. TXT": "BOGUS", "m.example. MX": ["10 host.example."],
        "m.example. A": ["192.0.2.1"], "m.example. AAAA": ["2001:db8::1"],
        "p.example. PTR": ["x.example."], "g.example. ANY": "SERVFAIL", "l.example. CNAME":
        ["a.example."], "u.example. TXT": ["\u00e9"], "h.example. TXT": [{"base64": "/wA="}],
        "s.example. TXT": {"records": ["x"], "ttl": 7, "ad": true}})");
    EXPECT_THAT(texts(ask(dns, "A.example", RecordType::TXT)), ElementsAre("one", ""));
    EXPECT_EQ(ask(dns, "b.example", RecordType::TXT).outcome, Outcome::NoData);
    EXPECT_EQ(ask(dns, "c.example", RecordType::TXT).outcome, Outcome::Timeout);
    EXPECT_EQ(ask(dns, "d.example", RecordType::TXT).outcome, Outcome::ServFail);
    EXPECT_EQ(ask(dns, "e.example", RecordType::TXT).outcome, Outcome::NxDomain);
    EXPECT_EQ(ask(dns, "f.example", RecordType::TXT).outcome, Outcome::Bogus);
    EXPECT_EQ(ask(dns, "g.example", RecordType::PTR).outcome, Outcome::ServFail);
    EXPECT_EQ(ask(dns, "a.example", RecordType::A).outcome, Outcome::NoData);
    EXPECT_EQ(ask(dns, "example", RecordType::TXT).outcome, Outcome::NxDomain)
        << "what is not there does not exist";
    EXPECT_EQ(ask(dns, "m.example", RecordType::MX).records.front(),
              (Record{.text = "host.example", .preference = 10}));
    EXPECT_THAT(texts(ask(dns, "m.example", RecordType::AAAA)), ElementsAre("2001:db8::1"));
    EXPECT_THAT(texts(ask(dns, "p.example", RecordType::PTR)), ElementsAre("x.example"));
    EXPECT_THAT(texts(ask(dns, "l.example", RecordType::TXT)), ElementsAre("one", ""));
    EXPECT_THAT(texts(ask(dns, "u.example", RecordType::TXT)), ElementsAre("\xC3\xA9"));
    EXPECT_THAT(texts(ask(dns, "h.example", RecordType::TXT)), ElementsAre("\xFF\0"sv));
    const Answer full = ask(dns, "s.example", RecordType::TXT);
    EXPECT_TRUE(full.authenticated);
    EXPECT_EQ(full.ttl, 7s);
}

class JsonProblem : public testing::TestWithParam<ProblemCase> {};
TEST_P(JsonProblem, NamesMemberAndCause) {
    const auto parsed = FixtureResolver::parse(GetParam().text, "t.json");
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, HasSubstr("t.json: "));
    EXPECT_THAT(parsed.error().message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    Table, JsonProblem,
    testing::Values(ProblemCase{"cut", "{\"a. TXT\": [", "parse error"},
                    ProblemCase{"latin1", "{\"a. TXT\": [\"\xE9\"]}", "UTF-8"},
                    ProblemCase{"word", "{\"a. TXT\": \"LATER\"}", "is none of"},
                    ProblemCase{"number", "{\"a. TXT\": 1}", "a list of records"},
                    ProblemCase{"record", "{\"a. TXT\": [1]}", "a record is a string"},
                    ProblemCase{"no_type", "{\"a.\": []}", "not a name, a blank and a type"},
                    ProblemCase{"address", "{\"a. A\": [\"x\"]}", "no IPv4 address"},
                    ProblemCase{"object", "{\"a. A\": {\"ttl\": 1}}", "either records or"}),
    name_of);

TEST(Delays, AreWaitedForUpToTheDeadline) {
    auto dns = zone("a. TXT x\n$DELAY a. 60ms\n$DELAY b. 1h\nb. TXT x\n");
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(ask(dns, "a", RecordType::TXT).outcome, Outcome::Records);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 60ms);
    EXPECT_EQ(ask(dns, "b", RecordType::TXT, 50ms).outcome, Outcome::Timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST(Delays, TellThatTheyTakeLonger) {
    FixtureResolver dns;
    dns.delay_all(1200ms);
    int told = 0;
    const std::vector<Question> questions{{"a", RecordType::A}};
    const auto answers = dns.ask(
        questions, {.at = std::chrono::steady_clock::now() + 5s, .waiting = [&] { ++told; }});
    EXPECT_EQ(answers.front().outcome, Outcome::NxDomain);
    EXPECT_GE(told, 1);
}

TEST(Names, HaveOctetsAndDotsInLabels) {
    auto dns = zone("a\\.b\\032c.example. TXT x\n");
    EXPECT_EQ(ask(dns, "a\\.b c.EXAMPLE", RecordType::TXT).outcome, Outcome::Records);
    EXPECT_EQ(ask(dns, "a..b", RecordType::TXT).outcome, Outcome::NxDomain)
        << "a name that cannot be asked does not exist";
}

TEST(Questions, AreCountedEqualOnesOfACallOnce) {
    FixtureResolver dns;
    const std::vector<Question> questions{
        {"a", RecordType::A}, {"A", RecordType::A}, {"b", RecordType::A}};
    EXPECT_EQ(dns.ask(questions, {.at = {}}).size(), 3U);
    EXPECT_EQ(dns.asked(), 2U);
    EXPECT_EQ(dns.asked({"A", RecordType::A}), 1U);
}

} // namespace
} // namespace postern::dns
