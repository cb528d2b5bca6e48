// What others asked before: a decorator that keeps answers for their TTL and lets equal questions
// under way share one answer.
//
//     CacheResolver cache(network, {.octets = 16 << 20}, clock);
//     cache.ask(questions, deadline); // asks the network only what is not known
//
// Least recently used answers go first when the bound is met. Failures are kept for a few seconds,
// as RFC 9520 demands, so that a dead zone is not asked for by every mail; a timeout only if the
// one who met it still had time, because somebody in a hurry proves nothing.
//
// Single flight: whoever asks what is already being asked waits for that answer, within their own
// deadline. If the first asker's deadline cut it off, or it takes longer than `patience`, one of
// those who wait asks anew: no mail can hold up others by asking a popular question together with a
// slow one.
#pragma once

#include "common/base/clock.hpp"
#include "common/dns/resolver.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace postern::dns {

struct CacheOptions {
    std::size_t octets = std::size_t{16} << 20; ///< of all answers with their names; 0: keeps none
    std::chrono::seconds max_ttl{86400};
    std::chrono::seconds max_negative_ttl{3600}; ///< NxDomain and NoData (RFC 2308 5)
    std::chrono::seconds failure_ttl{5};         ///< RFC 9520 3.2: at least 1 s, at most 5 min
    std::chrono::seconds serve_stale{0}; ///< records older than their TTL by at most this replace a
                                         ///< failure (RFC 8767); 0: never
    std::chrono::milliseconds patience{1000}; ///< with somebody else's question under way
};

struct CacheStatistics {
    std::uint64_t hits = 0;   ///< answered from memory, stale ones included
    std::uint64_t misses = 0; ///< asked
    std::uint64_t shared = 0; ///< answered by somebody else's question under way
    std::uint64_t stale = 0;  ///< answered with records past their TTL
    std::uint64_t evictions = 0;
    std::size_t entries = 0;
    std::size_t octets = 0; ///< estimate of the memory taken, allocator's share included
    friend bool operator==(const CacheStatistics&, const CacheStatistics&) = default;
};

class CacheResolver final : public Resolver {
public:
    /// `clock` tells the age of answers; it and `inner` must not be null.
    CacheResolver(std::shared_ptr<Resolver> inner, CacheOptions options,
                  std::shared_ptr<const Clock> clock);
    ~CacheResolver() override;
    CacheResolver(const CacheResolver&) = delete;
    CacheResolver& operator=(const CacheResolver&) = delete;

    /// TTLs of answers from memory are what is left of them.
    [[nodiscard]] std::vector<Answer> ask(std::span<const Question> questions,
                                          const Deadline& deadline) override;

    [[nodiscard]] CacheStatistics statistics() const;

private:
    struct Flight;
    struct Pending;
    class Shard;
    enum class Step : std::uint8_t { Answered, Ask, Wait };

    [[nodiscard]] Shard& shard_of(const std::string& key) const;
    Step begin(Pending& pending);
    Step look(Pending& pending, std::chrono::steady_clock::time_point now);
    void settle(std::span<Pending> pendings, std::vector<Pending*>& mine, const Deadline& deadline);
    void ask_inner(std::span<Pending* const> mine, const Deadline& deadline);
    void finish(Pending& pending, Answer answer, bool had_time);
    void leave(Pending& pending) noexcept;
    void give_up(Pending& pending);

    std::shared_ptr<Resolver> inner_;
    CacheOptions options_;
    std::shared_ptr<const Clock> clock_;
    /// Locks are held for a lookup only; the bound of octets is divided among them.
    std::vector<std::unique_ptr<Shard>> shards_;
    std::atomic<std::uint64_t> shared_{0};
};

} // namespace postern::dns
