#include "common/dns/fixture.hpp"
#include "common/dns/message_resolver.hpp"
#include "tests/unit/dns/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::dns {
namespace {

using testing::ElementsAre;

TEST(MessageMemory, AsksNobodyTwice) {
    FixtureResolver dns;
    dns.add("a", RecordType::TXT, "x").fail("b", Outcome::Timeout);
    MessageResolver lookups(dns, {.questions = 10});
    EXPECT_EQ(ask(lookups, "a", RecordType::TXT), ask(lookups, "A", RecordType::TXT));
    EXPECT_EQ(ask(lookups, "b", RecordType::TXT).outcome, Outcome::Timeout);
    EXPECT_EQ(ask(lookups, "b", RecordType::TXT).outcome, Outcome::Timeout);
    EXPECT_EQ(dns.asked(), 2U);
    EXPECT_EQ(lookups.asked(), 2U);
    EXPECT_FALSE(lookups.exhausted());
}

TEST(MessageMemory, CountsEqualQuestionsOfACallOnceAndKeepsTheOrder) {
    FixtureResolver dns;
    dns.add("a", RecordType::TXT, "1").add("b", RecordType::TXT, "2");
    MessageResolver lookups(dns, {.questions = 2});
    const std::vector<Question> questions{
        {"b", RecordType::TXT}, {"a", RecordType::TXT}, {"B", RecordType::TXT}};
    const auto answers = lookups.ask(questions, {.at = {}, .waiting = {}});
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_THAT(texts(answers[0]), ElementsAre("2"));
    EXPECT_THAT(texts(answers[1]), ElementsAre("1"));
    EXPECT_THAT(texts(answers[2]), ElementsAre("2"));
    EXPECT_EQ(lookups.asked(), 2U);
    EXPECT_FALSE(lookups.exhausted());
}

TEST(MessageBudget, TurnsFurtherQuestionsIntoTimeouts) {
    FixtureResolver dns;
    dns.add("a", RecordType::TXT, "1").add("b", RecordType::TXT, "2");
    MessageResolver lookups(dns, {.questions = 1});
    EXPECT_EQ(ask(lookups, "a", RecordType::TXT).outcome, Outcome::Records);
    const Answer refused = ask(lookups, "b", RecordType::TXT);
    EXPECT_EQ(refused.outcome, Outcome::Timeout);
    EXPECT_EQ(refused.why, "budget of 1 questions spent");
    EXPECT_TRUE(lookups.exhausted());
    EXPECT_EQ(ask(lookups, "a", RecordType::TXT).outcome, Outcome::Records) << "still remembered";
    EXPECT_EQ(dns.asked(), 1U);
}

} // namespace
} // namespace postern::dns
