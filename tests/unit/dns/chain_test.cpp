// Aliases, negative answers and TTLs, from replies given as values.
#include "common/dns/chain.hpp"

#include <gmock/gmock.h>

namespace postern::dns {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Step = Chain::Step;

Name name(const std::string& text) { return Name::parse(text).value(); }

ResourceRecord address(const std::string& owner, const char* text, std::uint32_t ttl = 60) {
    return {.owner = name(owner),
            .type = RecordType::A,
            .ttl = ttl,
            .value = {.address = IpAddress::parse(text)}};
}

ResourceRecord alias(const std::string& owner, const std::string& target, std::uint32_t ttl = 60,
                     RecordType type = RecordType::CNAME) {
    return {.owner = name(owner),
            .type = type,
            .ttl = ttl,
            .value = {.text = target},
            .target = name(target)};
}

ResourceRecord dname(const std::string& owner, const std::string& target, std::uint32_t ttl = 60) {
    return alias(owner, target, ttl, RecordType::DNAME);
}

ResourceRecord soa(const std::string& owner, std::uint32_t ttl, std::uint32_t minimum) {
    return {.owner = name(owner), .type = RecordType::SOA, .ttl = ttl, .minimum = minimum};
}

Reply reply(std::vector<ResourceRecord> answer, std::vector<ResourceRecord> authority = {},
            std::uint16_t code = rcode::kNoError) {
    return {.rcode = code,
            .recursion_available = true,
            .answer = std::move(answer),
            .authority = std::move(authority)};
}

/// The answer to the question for a.test A that one reply is enough for.
Answer answer_of(const Reply& reply) {
    Chain chain(name("a.test"), RecordType::A);
    EXPECT_EQ(chain.read(reply, true), Step::Done);
    return chain.answer();
}

std::vector<std::string> addresses(const Answer& answer) {
    std::vector<std::string> texts;
    for (const Record& record : answer.records)
        texts.push_back(record.address->text());
    return texts;
}

TEST(Chain, RecordsOfTheNameInTheOrderOfTheAnswer) {
    const Answer answer =
        answer_of(reply({address("A.Test", "192.0.2.2", 300), address("a.test", "192.0.2.1", 200),
                         address("a.test", "192.0.2.3", 400)}));
    EXPECT_EQ(answer.outcome, Outcome::Records);
    EXPECT_THAT(addresses(answer), testing::ElementsAre("192.0.2.2", "192.0.2.1", "192.0.2.3"));
    EXPECT_EQ(answer.ttl, 200s);
}

TEST(Chain, OtherNamesAndTypesAreNotLookedAt) {
    const Answer answer = answer_of(
        reply({address("b.test", "192.0.2.66", 1),
               alias("c.test", "b.test", 1),
               {.owner = name("a.test"), .type = RecordType::TXT, .ttl = 1, .value = {.text = "x"}},
               address("a.test", "192.0.2.1", 60),
               address("test", "192.0.2.66", 1)},
              {address("a.test", "192.0.2.66", 1)}));
    EXPECT_THAT(addresses(answer), testing::ElementsAre("192.0.2.1"));
    EXPECT_EQ(answer.ttl, 60s);
}

TEST(Chain, AliasesAreFollowedInAnyOrder) {
    const Answer answer =
        answer_of(reply({address("d.test", "192.0.2.1", 900), alias("c.test", "D.test", 20),
                         alias("a.test", "b.test", 500), alias("b.test", "c.test", 400)}));
    EXPECT_EQ(answer.outcome, Outcome::Records);
    EXPECT_THAT(addresses(answer), testing::ElementsAre("192.0.2.1"));
    EXPECT_EQ(answer.ttl, 20s) << "the smallest on the way";
}

TEST(Chain, AQuestionForTheAliasItselfFollowsNone) {
    Chain chain(name("a.test"), RecordType::CNAME);
    ASSERT_EQ(chain.read(reply({alias("a.test", "b.test"), alias("b.test", "c.test")}), true),
              Step::Done);
    ASSERT_EQ(chain.answer().records.size(), 1U);
    EXPECT_EQ(chain.answer().records[0].text, "b.test");
}

TEST(Chain, DnameMovesTheNamesBelowIt) { // RFC 6672 2.2
    Chain chain(name("x.y.old.test"), RecordType::A);
    ASSERT_EQ(chain.read(reply({dname("old.test", "new.test", 30),
                                address("x.y.new.test", "192.0.2.1", 60)}),
                         true),
              Step::Done);
    EXPECT_EQ(chain.answer().outcome, Outcome::Records);
    EXPECT_EQ(chain.answer().ttl, 30s);
}

TEST(Chain, TheAliasTheServerMadeOfADnameCounts) { // RFC 6672 3.1
    Chain chain(name("x.old.test"), RecordType::A);
    ASSERT_EQ(chain.read(reply({dname("old.test", "new.test"), alias("x.old.test", "x.new.test", 7),
                                address("x.new.test", "192.0.2.1")}),
                         true),
              Step::Done);
    EXPECT_EQ(chain.answer().ttl, 7s);
}

TEST(Chain, DnameDoesNotMoveItsOwner) { // RFC 6672 2.3
    Chain chain(name("old.test"), RecordType::A);
    ASSERT_EQ(chain.read(reply({dname("old.test", "new.test"), address("new.test", "192.0.2.66")},
                               {soa("test", 60, 60)}),
                         true),
              Step::Done);
    EXPECT_EQ(chain.answer().outcome, Outcome::NoData);
}

TEST(Chain, ADnameThatMakesTooLongANameFails) {
    const std::string label(63, 'a');
    Chain chain(name(label + "." + label + ".old.test"), RecordType::A);
    ASSERT_EQ(chain.read(reply({dname("old.test", label + "." + label + ".new.test")}), true),
              Step::Done);
    EXPECT_EQ(chain.answer().outcome, Outcome::ServFail);
    EXPECT_THAT(chain.answer().why, HasSubstr("too long"));
}

TEST(Chain, LoopsFail) {
    for (const auto& records : {std::vector{alias("a.test", "a.test")},
                                std::vector{alias("a.test", "b.test"), alias("b.test", "A.test")},
                                std::vector{alias("a.test", "b.test"), alias("b.test", "c.test"),
                                            alias("c.test", "b.test")}}) {
        const Answer answer = answer_of(reply(records));
        EXPECT_EQ(answer.outcome, Outcome::ServFail);
        EXPECT_THAT(answer.why, HasSubstr("aliases lead back to"));
        EXPECT_TRUE(answer.records.empty());
    }
}

TEST(Chain, ADnameThatGrowsForeverFails) {
    Chain chain(name("a.x.test"), RecordType::A);
    ASSERT_EQ(chain.read(reply({dname("x.test", "x.x.test")}), true), Step::Done);
    EXPECT_EQ(chain.answer().outcome, Outcome::ServFail);
    EXPECT_THAT(chain.answer().why, HasSubstr("more than 16 aliases"));
}

/// n0.test -> n1.test -> ... and the address at the end.
Reply long_chain(unsigned aliases) {
    Reply reply{.recursion_available = true};
    for (unsigned i = 0; i < aliases; ++i)
        reply.answer.push_back(
            alias("n" + std::to_string(i) + ".test", "n" + std::to_string(i + 1) + ".test"));
    reply.answer.push_back(address("n" + std::to_string(aliases) + ".test", "192.0.2.1"));
    return reply;
}

TEST(Chain, SixteenAliasesAreFollowedAndNoMore) {
    Chain longest(name("n0.test"), RecordType::A), longer(name("n0.test"), RecordType::A);
    ASSERT_EQ(longest.read(long_chain(16), true), Step::Done);
    EXPECT_EQ(longest.answer().outcome, Outcome::Records);
    ASSERT_EQ(longer.read(long_chain(17), true), Step::Done);
    EXPECT_EQ(longer.answer().outcome, Outcome::ServFail);
}

TEST(Chain, ATargetThatIsNotShownIsAskedFor) {
    Chain chain(name("a.test"), RecordType::A);
    ASSERT_EQ(chain.read(reply({alias("a.test", "b.example", 10)}), true), Step::AskFor);
    EXPECT_EQ(chain.name().text(), "b.example");
    ASSERT_EQ(chain.read(reply({address("b.example", "192.0.2.1", 60)}), true), Step::Done);
    EXPECT_EQ(chain.answer().outcome, Outcome::Records);
    EXPECT_EQ(chain.answer().ttl, 10s);
}

TEST(Chain, LoopsThroughSeveralQuestionsFail) {
    Chain chain(name("a.test"), RecordType::A);
    ASSERT_EQ(chain.read(reply({alias("a.test", "b.test")}), true), Step::AskFor);
    ASSERT_EQ(chain.read(reply({alias("b.test", "a.test")}), true), Step::Done);
    EXPECT_EQ(chain.answer().outcome, Outcome::ServFail);
}

// ---- negative answers (RFC 2308) --------------------------------------------------------------

TEST(Chain, NoDataIsKeptAsLongAsItsSoaSays) {
    EXPECT_EQ(answer_of(reply({}, {soa("test", 300, 60)})).outcome, Outcome::NoData);
    EXPECT_EQ(answer_of(reply({}, {soa("test", 300, 60)})).ttl, 60s) << "the minimum field";
    EXPECT_EQ(answer_of(reply({}, {soa("test", 20, 60)})).ttl, 20s) << "or the TTL of the SOA";
}

TEST(Chain, NxDomainLikewise) {
    const Answer answer = answer_of(reply({}, {soa("test", 300, 60)}, rcode::kNxDomain));
    EXPECT_EQ(answer.outcome, Outcome::NxDomain);
    EXPECT_EQ(answer.ttl, 60s);
}

TEST(Chain, WithoutSoaANoIsNotKept) { // RFC 2308 5
    EXPECT_EQ(answer_of(reply({}, {}, rcode::kNxDomain)).ttl, 0s);
    EXPECT_EQ(answer_of(reply({})).outcome, Outcome::NoData);
    EXPECT_EQ(answer_of(reply({})).ttl, 0s);
}

TEST(Chain, TheSoaOfAnotherZoneSaysNothing) {
    const Answer answer = answer_of(reply({}, {soa("other.test", 300, 60)}, rcode::kNxDomain));
    EXPECT_EQ(answer.ttl, 0s);
}

TEST(Chain, NxDomainBehindAnAliasIsOfItsTarget) { // RFC 6604 3
    const Answer answer = answer_of(
        reply({alias("a.test", "b.example", 10)}, {soa("example", 300, 60)}, rcode::kNxDomain));
    EXPECT_EQ(answer.outcome, Outcome::NxDomain);
    EXPECT_EQ(answer.ttl, 10s);
}

TEST(Chain, NoDataBehindAnAliasNeedsTheSoaOfItsTarget) {
    EXPECT_EQ(answer_of(reply({alias("a.test", "b.example")}, {soa("example", 300, 60)})).outcome,
              Outcome::NoData);
    Chain chain(name("a.test"), RecordType::A);
    EXPECT_EQ(chain.read(reply({alias("a.test", "b.example")}, {soa("test", 300, 60)}), true),
              Step::AskFor);
}

// ---- which servers help -----------------------------------------------------------------------

TEST(Chain, AReferralIsNoAnswer) { // RFC 2308 2.2.1
    const ResourceRecord ns = alias("test", "ns.other.test", 60, RecordType::NS);
    Chain chain(name("a.test"), RecordType::A);
    EXPECT_EQ(chain.read(reply({}, {ns}), true), Step::BadServer);
    EXPECT_THAT(chain.why(), HasSubstr("lame"));
    Reply authoritative = reply({}, {ns});
    authoritative.authoritative = true;
    EXPECT_EQ(answer_of(authoritative).outcome, Outcome::NoData);
}

TEST(Chain, NothingFromAServerWithoutRecursionIsNoAnswer) {
    Reply empty = reply({});
    empty.recursion_available = false;
    Chain chain(name("a.test"), RecordType::A);
    EXPECT_EQ(chain.read(empty, true), Step::BadServer);
}

// ---- AD ---------------------------------------------------------------------------------------

TEST(Chain, AuthenticatedMeansEveryReplyOnTheWay) {
    const auto authenticated = [](bool first, bool second, bool trusted) {
        Reply one = reply({alias("a.test", "b.test")}), two = reply({address("b.test", "::1")});
        one.authenticated = first;
        two.authenticated = second;
        Chain chain(name("a.test"), RecordType::A);
        EXPECT_EQ(chain.read(one, true), Step::AskFor);
        EXPECT_EQ(chain.read(two, trusted), Step::Done);
        return chain.answer().authenticated;
    };
    EXPECT_TRUE(authenticated(true, true, true));
    EXPECT_FALSE(authenticated(false, true, true));
    EXPECT_FALSE(authenticated(true, false, true));
    EXPECT_FALSE(authenticated(true, true, false));
}

} // namespace
} // namespace postern::dns
