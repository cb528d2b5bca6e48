#include "common/dns/cache.hpp"

#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/dns/answer_store.hpp"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace postern::dns {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Of records given past their TTL (RFC 8767 4).
constexpr std::chrono::seconds kStaleTtl{30};
/// How often those who wait are told.
constexpr std::chrono::seconds kTick{1};
/// Whoever gives up this near to the deadline did so because of it.
constexpr std::chrono::milliseconds kRounding{50};
constexpr std::size_t kShards = 16;
constexpr std::size_t kDividedFrom = std::size_t{1} << 20;

/// The question in one string, equal for equal questions.
std::string key_of(const Question& question) {
    std::string key;
    const auto type = static_cast<std::uint16_t>(question.type);
    key.reserve(question.name.size() + 2);
    for (const char c : question.name)
        key.push_back(ascii_lower(c));
    key.push_back(static_cast<char>(type >> 8U));
    key.push_back(static_cast<char>(type & 0xFFU));
    return key;
}

std::chrono::seconds left(CacheTime until, CacheTime now) {
    return std::chrono::ceil<std::chrono::seconds>(until - now);
}

} // namespace

/// A question under way. Everything behind `mutex`.
struct CacheResolver::Flight {
    std::mutex mutex;
    std::condition_variable changed;
    std::shared_ptr<const Answer> answer; ///< null: under way, or nobody asks any more
    bool stale = false;                   ///< the answer is older than its TTL
    int askers = 1;                       ///< 0 without an answer: whoever waits begins anew
    SteadyTime since;                     ///< when the last of them began
};

/// One question of one ask().
struct CacheResolver::Pending {
    const Question* question = nullptr;
    std::string key;
    std::shared_ptr<const Answer> answer;    ///< null: not yet
    std::optional<std::chrono::seconds> ttl; ///< in place of the answer's
    bool stale = false;
    std::shared_ptr<Flight> flight;
};

class CacheResolver::Shard {
public:
    explicit Shard(std::size_t octets) : store(octets) {}
    std::mutex mutex;
    AnswerStore store;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
    std::uint64_t hits = 0, misses = 0, stale = 0;
};

CacheResolver::CacheResolver(std::shared_ptr<Resolver> inner, CacheOptions options,
                             std::shared_ptr<const Clock> clock)
    : inner_(std::move(inner)), options_(options), clock_(std::move(clock)) {
    invariant(inner_ && clock_, "the cache has somebody to ask, and a clock");
    // A small bound is not divided, or no answer would fit into its part.
    const std::size_t shards = options.octets < kDividedFrom ? 1 : kShards;
    for (std::size_t i = 0; i < shards; ++i)
        shards_.push_back(std::make_unique<Shard>(options.octets / shards));
}
CacheResolver::~CacheResolver() = default;

CacheResolver::Shard& CacheResolver::shard_of(const std::string& key) const {
    return *shards_[std::hash<std::string>{}(key) % shards_.size()];
}

/// Looks in memory, else joins the question under way or begins one.
CacheResolver::Step CacheResolver::begin(Pending& pending) {
    const CacheTime now = clock_->steady();
    Shard& shard = shard_of(pending.key);
    const std::lock_guard lock(shard.mutex);
    if (StoredAnswer* known = shard.store.find(pending.key)) {
        const bool fresh = known->expires > now;
        const bool stale_will_do =
            !fresh && known->failed_until > now && now < known->expires + options_.serve_stale;
        if (fresh || stale_will_do) {
            pending.answer = known->answer;
            pending.stale = stale_will_do;
            pending.ttl = stale_will_do                 ? kStaleTtl
                          : known->answer->is_failure() ? std::chrono::seconds(0)
                                                        : left(known->expires, now);
            ++shard.hits;
            if (stale_will_do) ++shard.stale;
            return Step::Answered;
        }
    }
    auto& flight = shard.flights[pending.key];
    const bool first = !flight;
    if (first) {
        flight = std::make_shared<Flight>();
        flight->since = std::chrono::steady_clock::now();
        ++shard.misses;
    }
    pending.flight = flight;
    return first ? Step::Ask : Step::Wait;
}

/// What became of a question somebody else asks.
CacheResolver::Step CacheResolver::look(Pending& pending, SteadyTime now) {
    {
        const std::lock_guard lock(pending.flight->mutex);
        Flight& flight = *pending.flight;
        if (flight.answer) {
            pending.answer = flight.answer;
            pending.stale = flight.stale;
            if (flight.stale) pending.ttl = kStaleTtl;
            ++shared_;
            return Step::Answered;
        }
        if (flight.askers > 0) {
            if (now - flight.since < options_.patience) return Step::Wait;
            ++flight.askers;
            flight.since = now;
            return Step::Ask;
        }
    }
    return begin(pending);
}

/// Keeps the answer and gives it to those who wait. `had_time`: it was not the asker's own deadline
/// that made it a timeout.
void CacheResolver::finish(Pending& pending, Answer answer, bool had_time) {
    const CacheTime now = clock_->steady();
    const bool failed = answer.is_failure();
    const bool only_late = answer.outcome == Outcome::Timeout && !had_time;
    auto result = std::make_shared<const Answer>(std::move(answer));
    bool replaced = false;
    Shard& shard = shard_of(pending.key);
    {
        const std::lock_guard lock(shard.mutex);
        StoredAnswer* known = failed ? shard.store.find(pending.key) : nullptr;
        replaced = known != nullptr && known->answer->outcome == Outcome::Records &&
                   now < known->expires + options_.serve_stale;
        if (replaced) {
            if (!only_late) known->failed_until = now + options_.failure_ttl;
            result = known->answer;
            pending.stale = known->expires <= now; // not if somebody had it answered meanwhile
            pending.ttl = pending.stale ? kStaleTtl : left(known->expires, now);
            if (pending.stale) ++shard.stale;
        } else if (failed) {
            if (!only_late && options_.failure_ttl.count() > 0)
                shard.store.put(pending.key,
                                {.answer = result, .expires = now + options_.failure_ttl});
        } else {
            const auto limit =
                result->outcome == Outcome::Records ? options_.max_ttl : options_.max_negative_ttl;
            const auto ttl = std::min(result->ttl, limit);
            if (ttl.count() > 0)
                shard.store.put(pending.key, {.answer = result, .expires = now + ttl});
            else
                shard.store.erase(pending.key);
        }
        // Before the flight has its answer: who comes now finds it in memory, or asks anew.
        const auto under_way = shard.flights.find(pending.key);
        if (!only_late && under_way != shard.flights.end() && under_way->second == pending.flight)
            shard.flights.erase(under_way);
    }
    pending.answer = result;
    if (only_late) {
        leave(pending);
        return;
    }
    {
        const std::lock_guard lock(pending.flight->mutex);
        --pending.flight->askers;
        if (!pending.flight->answer) {
            pending.flight->answer = std::move(result);
            pending.flight->stale = pending.stale;
        }
    }
    pending.flight->changed.notify_all();
}

/// The asker goes without an answer that would do for others.
void CacheResolver::leave(Pending& pending) noexcept {
    Shard& shard = shard_of(pending.key);
    {
        const std::scoped_lock lock(shard.mutex, pending.flight->mutex);
        if (--pending.flight->askers > 0 || pending.flight->answer) return;
        const auto under_way = shard.flights.find(pending.key);
        if (under_way != shard.flights.end() && under_way->second == pending.flight)
            shard.flights.erase(under_way);
    }
    pending.flight->changed.notify_all();
}

/// The deadline is there while somebody else still asks.
void CacheResolver::give_up(Pending& pending) {
    const CacheTime now = clock_->steady();
    Shard& shard = shard_of(pending.key);
    const std::lock_guard lock(shard.mutex);
    const StoredAnswer* known = shard.store.find(pending.key);
    if (known != nullptr && known->answer->outcome == Outcome::Records &&
        now < known->expires + options_.serve_stale) {
        pending.answer = known->answer;
        pending.stale = known->expires <= now;
        pending.ttl = pending.stale ? kStaleTtl : left(known->expires, now);
        if (pending.stale) ++shard.stale;
        return;
    }
    pending.answer = std::make_shared<const Answer>(
        Answer{.outcome = Outcome::Timeout, .why = "no answer before the deadline"});
}

void CacheResolver::ask_inner(std::span<Pending* const> mine, const Deadline& deadline) {
    std::vector<Question> questions;
    questions.reserve(mine.size());
    for (const Pending* pending : mine)
        questions.push_back(*pending->question);
    std::vector<Answer> answers = inner_->ask(questions, deadline);
    const bool had_time = std::chrono::steady_clock::now() + kRounding < deadline.at;
    for (std::size_t i = 0; i < mine.size(); ++i)
        finish(*mine[i], std::move(answers.at(i)), had_time);
}

/// Until every question has its answer. `mine`: those to be asked here; emptied as they are.
void CacheResolver::settle(std::span<Pending> pendings, std::vector<Pending*>& mine,
                           const Deadline& deadline) {
    SteadyTime tick = std::chrono::steady_clock::now() + kTick;
    bool waited = false;
    while (true) {
        if (!mine.empty()) {
            ask_inner(mine, deadline);
            mine.clear();
        }
        const SteadyTime now = std::chrono::steady_clock::now();
        const bool over = now >= deadline.at;
        Pending* open = nullptr;
        for (Pending& pending : pendings) {
            if (pending.answer) continue;
            switch (over ? Step::Wait : look(pending, now)) {
            case Step::Answered:
                break;
            case Step::Ask:
                mine.push_back(&pending);
                break;
            case Step::Wait:
                if (over)
                    give_up(pending);
                else
                    open = &pending;
                break;
            }
        }
        if (!mine.empty()) continue;
        if (open == nullptr) return;
        if (!waited && deadline.before_waiting) deadline.before_waiting();
        waited = true;
        if (now >= tick) {
            if (deadline.waiting) deadline.waiting();
            tick = now + kTick;
        }
        std::unique_lock lock(open->flight->mutex);
        Flight& flight = *open->flight;
        const SteadyTime until = std::min({deadline.at, tick, flight.since + options_.patience});
        flight.changed.wait_until(lock, until, [&] { return flight.answer || flight.askers == 0; });
    }
}

std::vector<Answer> CacheResolver::ask(std::span<const Question> questions,
                                       const Deadline& deadline) {
    std::vector<Pending> pendings;  // of different questions
    std::vector<std::size_t> place; // of each question among them
    std::unordered_map<std::string, std::size_t> seen;
    pendings.reserve(questions.size());
    place.reserve(questions.size());
    for (const Question& question : questions) {
        std::string key = key_of(question);
        place.push_back(pendings.size());
        if (questions.size() > 1) {
            const auto [known, is_new] = seen.emplace(key, pendings.size());
            place.back() = known->second;
            if (!is_new) continue;
        }
        pendings.push_back({.question = &question, .key = std::move(key)});
    }
    std::vector<Pending*> mine;
    mine.reserve(pendings.size());
    try {
        bool waits = false;
        for (Pending& pending : pendings) {
            const Step step = begin(pending);
            if (step == Step::Ask) mine.push_back(&pending);
            if (step == Step::Wait) waits = true;
        }
        if (waits || !mine.empty()) settle(pendings, mine, deadline);
    } catch (...) {
        for (Pending* pending : mine)
            if (!pending->answer) leave(*pending);
        throw;
    }
    std::vector<Answer> answers;
    answers.reserve(questions.size());
    for (const std::size_t i : place) {
        Answer& answer = answers.emplace_back(*pendings[i].answer);
        if (pendings[i].ttl) answer.ttl = *pendings[i].ttl;
        answer.stale = answer.stale || pendings[i].stale;
    }
    return answers;
}

CacheStatistics CacheResolver::statistics() const {
    CacheStatistics sum;
    sum.shared = shared_;
    for (const auto& shard : shards_) {
        const std::lock_guard lock(shard->mutex);
        sum.hits += shard->hits;
        sum.misses += shard->misses;
        sum.stale += shard->stale;
        sum.evictions += shard->store.evictions();
        sum.entries += shard->store.entries();
        sum.octets += shard->store.octets();
    }
    return sum;
}

} // namespace postern::dns
