#include "common/dkim/key_cache.hpp"

namespace postern::dkim {

Result<std::shared_ptr<const KeyRecord>> KeyCache::find_or_parse(std::string_view text) {
    const bool keep = limit_ > 0 && text.size() <= kMaxRecordOctets;
    std::shared_ptr<const KeyRecord> record;
    if (keep) {
        state_.with([&](State& state) {
            const auto found = state.by_text.find(text);
            if (found == state.by_text.end()) return;
            state.by_use.splice(state.by_use.begin(), state.by_use, found->second);
            record = found->second->record;
        });
        if (record) return record;
    }
    auto parsed = KeyRecord::parse(text); // outside of the lock
    if (!parsed) return tl::unexpected(parsed.error());
    record = std::make_shared<const KeyRecord>(std::move(*parsed));
    if (!keep) return record;

    std::list<Kept> out; // dies outside of the lock
    std::list<Kept> in;
    in.push_back({std::string(text), record});
    state_.with([&](State& state) {
        const auto found = state.by_text.find(text);
        if (found != state.by_text.end()) { // another thread was faster
            record = found->second->record;
            return;
        }
        state.by_use.splice(state.by_use.begin(), in);
        state.by_text.emplace(state.by_use.front().text, state.by_use.begin());
        if (state.by_use.size() > limit_) {
            state.by_text.erase(state.by_use.back().text);
            out.splice(out.begin(), state.by_use, std::prev(state.by_use.end()));
        }
    });
    return record;
}

std::size_t KeyCache::size() const {
    return state_.with([](const State& state) { return state.by_use.size(); });
}

} // namespace postern::dkim
