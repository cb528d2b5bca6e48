// Answers by question within a bound of octets, the least recently used leaving first. One part of
// the cache; not thread-safe.
#pragma once

#include "common/dns/resolver.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>

namespace postern::dns {

using CacheTime = std::chrono::steady_clock::time_point;

/// One answer as it was given, and until when. Never changed once it is shared.
struct StoredAnswer {
    std::shared_ptr<const Answer> answer;
    CacheTime expires{};
    /// A failure since then stands in its way: within this time nobody asks again.
    CacheTime failed_until{};
};

class AnswerStore {
public:
    explicit AnswerStore(std::size_t octets) : limit_(octets) {}

    /// Makes it the most recently used. Valid until the next put() or erase().
    StoredAnswer* find(const std::string& key);
    /// In place of what was there. An answer larger than the whole bound is not kept.
    void put(const std::string& key, StoredAnswer stored);
    void erase(const std::string& key);

    [[nodiscard]] std::size_t entries() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t octets() const noexcept { return octets_; }
    [[nodiscard]] std::uint64_t evictions() const noexcept { return evictions_; }

    /// What an entry takes, with tree and list nodes and what malloc(3) of glibc adds.
    static std::size_t cost(const std::string& key, const Answer& answer) noexcept;

private:
    struct Entry;
    // A tree: names come from hostile mail, and a tree has no collisions to aim at.
    using Entries = std::map<std::string, Entry>;
    using Order = std::list<Entries::iterator>; ///< most recently used first
    struct Entry {
        StoredAnswer stored;
        std::size_t cost = 0;
        Order::iterator place;
    };
    void erase(Entries::iterator entry);

    std::size_t limit_;
    std::size_t octets_ = 0;
    std::uint64_t evictions_ = 0;
    Entries entries_;
    Order order_;
};

} // namespace postern::dns
