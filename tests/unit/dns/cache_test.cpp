// What the cache keeps, for how long, and how those who ask the same share one question.
#include "common/dns/cache.hpp"
#include "common/dns/fixture.hpp"
#include "tests/unit/dns/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace postern::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// Says what it is told; may hold its askers until let go.
class Scripted final : public Resolver {
public:
    std::vector<Answer> ask(std::span<const Question> questions,
                            const Deadline& deadline) override {
        std::unique_lock lock(mutex_);
        asked_ += static_cast<int>(questions.size());
        ++under_way_;
        changed_.notify_all();
        const bool in_time = changed_.wait_until(lock, deadline.at, [&] { return !held_; });
        --under_way_;
        if (throws_) throw std::bad_alloc();
        return std::vector<Answer>(questions.size(),
                                   in_time ? answer_ : Answer{.outcome = Outcome::Timeout});
    }
    void say(Answer answer) {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(answer);
    }
    void hold(bool held) {
        {
            const std::lock_guard lock(mutex_);
            held_ = held;
        }
        changed_.notify_all();
    }
    void throw_once_let_go() {
        const std::lock_guard lock(mutex_);
        throws_ = true;
    }
    void behave() {
        const std::lock_guard lock(mutex_);
        throws_ = false;
    }
    /// Until so many ask() are held.
    void await(int asks) {
        std::unique_lock lock(mutex_);
        ASSERT_TRUE(changed_.wait_for(lock, 30s, [&] { return under_way_ >= asks; }));
    }
    int asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    Answer answer_{.outcome = Outcome::Records, .records = {{.text = "x"}}, .ttl = 300s};
    bool held_ = false, throws_ = false;
    int asked_ = 0, under_way_ = 0;
};

const Answer kGood{.outcome = Outcome::Records, .records = {{.text = "x"}}, .ttl = 300s};
const Answer kFailure{.outcome = Outcome::ServFail, .why = "lame"};

class Cache : public testing::Test {
protected:
    CacheResolver& with(CacheOptions options) {
        cache_ = std::make_unique<CacheResolver>(inner_, options, clock_);
        return *cache_;
    }
    Answer get(const std::string& name = "a", RecordType type = RecordType::TXT) {
        return ask(*cache_, name, type);
    }
    std::shared_ptr<Scripted> inner_ = std::make_shared<Scripted>();
    std::shared_ptr<FixedClock> clock_ = std::make_shared<FixedClock>(0);
    std::unique_ptr<CacheResolver> cache_ =
        std::make_unique<CacheResolver>(inner_, CacheOptions{}, clock_);
};

TEST_F(Cache, KeepsAnAnswerForItsTtlAndCountsItDown) {
    EXPECT_EQ(get(), kGood);
    clock_->advance(299s);
    EXPECT_EQ(get("A").ttl, 1s) << "in any case";
    EXPECT_EQ(inner_->asked(), 1);
    clock_->advance(1s);
    EXPECT_EQ(get().ttl, 300s);
    EXPECT_EQ(inner_->asked(), 2);
}

TEST_F(Cache, KeepsTypesApart) {
    get("a", RecordType::TXT);
    get("a", RecordType::A);
    EXPECT_EQ(inner_->asked(), 2);
}

TEST_F(Cache, HasLimitsForTtls) {
    with({.max_ttl = 100s, .max_negative_ttl = 50s});
    inner_->say({.outcome = Outcome::Records, .records = {{.text = "x"}}, .ttl = 10000s});
    get("a");
    inner_->say({.outcome = Outcome::NxDomain, .ttl = 10000s});
    get("b");
    clock_->advance(49s);
    EXPECT_EQ(get("b").outcome, Outcome::NxDomain);
    EXPECT_EQ(inner_->asked(), 2);
    clock_->advance(1s);
    get("b");
    EXPECT_EQ(inner_->asked(), 3);
    clock_->advance(49s);
    get("a");
    EXPECT_EQ(inner_->asked(), 3);
    clock_->advance(1s);
    get("a");
    EXPECT_EQ(inner_->asked(), 4);
}

TEST_F(Cache, DoesNotKeepWhatHasNoTtl) {
    inner_->say({.outcome = Outcome::Records, .records = {{.text = "x"}}, .ttl = 0s});
    get();
    get();
    EXPECT_EQ(inner_->asked(), 2);
}

TEST_F(Cache, KeepsFailuresForSeconds) { // RFC 9520 3.2
    inner_->say(kFailure);
    EXPECT_EQ(get(), kFailure);
    clock_->advance(4s);
    EXPECT_EQ(get(), kFailure);
    EXPECT_EQ(inner_->asked(), 1);
    inner_->say(kGood);
    clock_->advance(1s);
    EXPECT_EQ(get(), kGood);
}

TEST_F(Cache, DoesNotHoldTheHurryOfOneAgainstOthers) {
    inner_->hold(true);
    EXPECT_EQ(ask(*cache_, "a", RecordType::TXT, 20ms).outcome, Outcome::Timeout);
    inner_->hold(false);
    EXPECT_EQ(get(), kGood);
}

TEST_F(Cache, GivesStaleRecordsInPlaceOfAFailure) { // RFC 8767
    with({.serve_stale = 1000s});
    get();
    inner_->say(kFailure);
    clock_->advance(1299s);
    const Answer stale = get();
    EXPECT_EQ(stale.outcome, Outcome::Records);
    EXPECT_TRUE(stale.stale);
    EXPECT_EQ(stale.ttl, 30s) << "RFC 8767 section 4";
    EXPECT_TRUE(get().stale);
    EXPECT_EQ(inner_->asked(), 2) << "the failure is remembered for a while";
    clock_->advance(5s);
    EXPECT_EQ(get().outcome, Outcome::ServFail) << "too old now";
    EXPECT_EQ(cache_->statistics().stale, 2U);
}

TEST_F(Cache, GivesNothingStaleUnlessTold) {
    get();
    inner_->say(kFailure);
    clock_->advance(301s);
    EXPECT_EQ(get().outcome, Outcome::ServFail);
}

TEST_F(Cache, GivesNoStaleNegativeAnswers) {
    with({.serve_stale = 1000s});
    inner_->say({.outcome = Outcome::NxDomain, .ttl = 10s});
    get();
    inner_->say(kFailure);
    clock_->advance(11s);
    EXPECT_EQ(get().outcome, Outcome::ServFail);
}

TEST_F(Cache, StaysWithinItsOctetsAndDropsWhatWasNotUsedForLongest) {
    with({.octets = 20000});
    for (int i = 0; i < 1000; ++i) {
        get("hot.example");
        get("name" + std::to_string(i) + ".example");
    }
    const CacheStatistics seen = cache_->statistics();
    EXPECT_LE(seen.octets, 20000U);
    EXPECT_GT(seen.entries, 20U);
    EXPECT_EQ(seen.evictions, 1001U - seen.entries);
    EXPECT_EQ(inner_->asked(), 1001) << "what is used stays";
}

TEST_F(Cache, DoesNotKeepAnAnswerLargerThanItself) {
    with({.octets = 20000});
    get("small");
    inner_->say(
        {.outcome = Outcome::Records, .records = {{.text = std::string(30000, 'x')}}, .ttl = 300s});
    EXPECT_EQ(get("large").records.size(), 1U);
    EXPECT_EQ(cache_->statistics().entries, 1U);
}

TEST_F(Cache, WithoutOctetsKeepsNothing) {
    with({.octets = 0});
    get();
    get();
    EXPECT_EQ(inner_->asked(), 2);
    EXPECT_EQ(cache_->statistics().octets, 0U);
}

TEST_F(Cache, CountsHitsAndMisses) {
    get("a");
    get("a");
    get("b");
    const CacheStatistics seen = cache_->statistics();
    EXPECT_EQ(seen.hits, 1U);
    EXPECT_EQ(seen.misses, 2U);
    EXPECT_EQ(seen.entries, 2U);
}

TEST_F(Cache, AnswersInOrderAndAsksEqualQuestionsOnce) {
    get("b");
    const std::vector<Question> questions{
        {"a", RecordType::TXT}, {"b", RecordType::TXT}, {"A", RecordType::TXT}};
    const auto answers =
        cache_->ask(questions, {.at = std::chrono::steady_clock::now() + 10s, .waiting = {}});
    EXPECT_THAT(answers, ElementsAre(kGood, kGood, kGood));
    EXPECT_EQ(inner_->asked(), 2);
}

TEST_F(Cache, LetsManyShareOneQuestion) {
    inner_->hold(true);
    std::vector<std::thread> all;
    std::atomic<int> good = 0;
    for (int i = 0; i < 8; ++i)
        all.emplace_back([&] { good += get() == kGood ? 1 : 0; });
    inner_->await(1);
    std::this_thread::sleep_for(50ms);
    inner_->hold(false);
    for (std::thread& one : all)
        one.join();
    EXPECT_EQ(good, 8);
    EXPECT_EQ(inner_->asked(), 1);
    const CacheStatistics seen = cache_->statistics();
    EXPECT_EQ(seen.shared + seen.hits, 7U);
}

TEST_F(Cache, WaitsForOthersOnlyUntilTheOwnDeadline) {
    inner_->hold(true);
    std::thread first([&] { get(); });
    inner_->await(1);
    const auto start = std::chrono::steady_clock::now();
    const Answer late = ask(*cache_, "a", RecordType::TXT, 50ms);
    EXPECT_EQ(late.outcome, Outcome::Timeout);
    EXPECT_FALSE(late.why.empty());
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
    inner_->hold(false);
    first.join();
    EXPECT_EQ(inner_->asked(), 1);
}

TEST_F(Cache, AsksAnewWhenTheFirstOnesDeadlineCutItOff) {
    with({.patience = 1h});
    inner_->hold(true);
    std::thread hasty([&] {
        EXPECT_EQ(ask(*cache_, "a", RecordType::TXT, 300ms).outcome, Outcome::Timeout);
        inner_->hold(false);
    });
    inner_->await(1);
    EXPECT_EQ(get(), kGood);
    hasty.join();
    EXPECT_EQ(inner_->asked(), 2);
}

TEST_F(Cache, LosesPatienceWithSomebodyElsesSlowQuestion) {
    with({.patience = 50ms});
    inner_->hold(true);
    std::thread slow([&] { EXPECT_EQ(get(), kGood); });
    inner_->await(1);
    std::thread next([&] { EXPECT_EQ(get(), kGood); });
    inner_->await(2);
    inner_->hold(false);
    slow.join();
    next.join();
    EXPECT_EQ(inner_->asked(), 2);
}

TEST_F(Cache, OutlivesAnAskerThatThrows) {
    with({.patience = 1h});
    inner_->hold(true);
    inner_->throw_once_let_go();
    std::thread thrown([&] { EXPECT_THROW(get(), std::bad_alloc); });
    inner_->await(1);
    std::thread waits([&] {
        try {
            get();
        } catch (const std::bad_alloc&) {
        }
    });
    inner_->hold(false);
    thrown.join();
    waits.join();
    inner_->behave();
    EXPECT_EQ(get(), kGood);
}

TEST_F(Cache, TellsThoseWhoWaitForOthers) {
    with({.patience = 1h});
    inner_->hold(true);
    std::thread first([&] { get(); });
    inner_->await(1);
    std::atomic<int> told = 0;
    const std::vector<Question> questions{{"a", RecordType::TXT}};
    const auto answers =
        cache_->ask(questions, {.at = std::chrono::steady_clock::now() + 30s, .waiting = [&] {
                                    ++told;
                                    inner_->hold(false);
                                }});
    first.join();
    EXPECT_EQ(answers.front(), kGood);
    EXPECT_GE(told, 1);
}

TEST(CacheUnderLoad, AnswersEveryThreadRight) {
    auto fixture = std::make_shared<FixtureResolver>();
    constexpr int kNames = 200;
    for (int i = 0; i < kNames; ++i)
        fixture->add("n" + std::to_string(i), RecordType::TXT, "text " + std::to_string(i));
    fixture->fail("n13", Outcome::ServFail);
    CacheResolver cache(fixture, {.octets = 30000}, std::make_shared<SystemClock>());
    std::atomic<int> wrong = 0;
    std::vector<std::thread> all;
    for (unsigned seed = 0; seed < 8; ++seed)
        all.emplace_back([&, at = seed * 37U]() mutable {
            for (int round = 0; round < 500; ++round) {
                std::vector<Question> questions;
                std::vector<unsigned> numbers;
                for (int i = 0; i < 4; ++i) {
                    at = at * 1103515245U + 12345U;
                    numbers.push_back((at >> 16U) % kNames);
                    questions.push_back({"n" + std::to_string(numbers.back()), RecordType::TXT});
                }
                const auto answers = cache.ask(
                    questions, {.at = std::chrono::steady_clock::now() + 60s, .waiting = {}});
                for (std::size_t i = 0; i < numbers.size(); ++i)
                    if (numbers[i] == 13
                            ? answers[i].outcome != Outcome::ServFail
                            : texts(answers[i]) !=
                                  std::vector<std::string>{"text " + std::to_string(numbers[i])})
                        ++wrong;
            }
        });
    for (std::thread& one : all)
        one.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(cache.statistics().octets, 30000U);
}

} // namespace
} // namespace postern::dns
