#include "common/dns/answer_store.hpp"

#include <algorithm>
#include <utility>

namespace postern::dns {
namespace {

/// glibc: eight octets of its own, multiples of 16, at least 32.
constexpr std::size_t allocated(std::size_t octets) noexcept {
    return std::max<std::size_t>(32, (octets + 8 + 15) / 16 * 16);
}
std::size_t heap_of(const std::string& text) noexcept {
    static const std::size_t inside = std::string().capacity();
    return text.capacity() > inside ? allocated(text.capacity() + 1) : 0;
}

} // namespace

std::size_t AnswerStore::cost(const std::string& key, const Answer& answer) noexcept {
    constexpr std::size_t kTreeNode = 4 * sizeof(void*);
    constexpr std::size_t kListNode = 3 * sizeof(void*);
    constexpr std::size_t kSharedCounts = 2 * sizeof(void*);
    std::size_t octets = allocated(kTreeNode + sizeof(Entries::value_type)) + heap_of(key) +
                         allocated(kListNode) + allocated(kSharedCounts + sizeof(Answer)) +
                         heap_of(answer.why);
    if (answer.records.capacity() != 0)
        octets += allocated(answer.records.capacity() * sizeof(Record));
    for (const Record& record : answer.records)
        octets += heap_of(record.text);
    return octets;
}

StoredAnswer* AnswerStore::find(const std::string& key) {
    const auto entry = entries_.find(key);
    if (entry == entries_.end()) return nullptr;
    order_.splice(order_.begin(), order_, entry->second.place);
    return &entry->second.stored;
}

void AnswerStore::put(const std::string& key, StoredAnswer stored) {
    erase(key);
    const std::size_t cost = AnswerStore::cost(key, *stored.answer);
    if (cost > limit_) return;
    while (octets_ + cost > limit_) {
        erase(order_.back());
        ++evictions_;
    }
    const auto entry = entries_.emplace(key, Entry{std::move(stored), cost, {}}).first;
    try {
        entry->second.place = order_.insert(order_.begin(), entry);
    } catch (...) {
        entries_.erase(entry);
        throw;
    }
    octets_ += cost;
}

void AnswerStore::erase(const std::string& key) {
    const auto entry = entries_.find(key);
    if (entry != entries_.end()) erase(entry);
}

void AnswerStore::erase(Entries::iterator entry) {
    octets_ -= entry->second.cost;
    order_.erase(entry->second.place);
    entries_.erase(entry);
}

} // namespace postern::dns
