// The lock owns the data: no access without holding it.
//
//     Guarded<std::map<...>> table;
//     table.with([&](auto& map) { map.insert(...); });
#pragma once

#include <mutex>
#include <utility>

namespace postern {

template <class T> class Guarded {
public:
    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}

    template <class F> decltype(auto) with(F&& use) {
        const std::lock_guard lock(mutex_);
        return std::forward<F>(use)(value_);
    }
    template <class F> decltype(auto) with(F&& use) const {
        const std::lock_guard lock(mutex_);
        return std::forward<F>(use)(value_);
    }
    /// A copy taken under the lock: for snapshots (shared_ptr<const Config>).
    [[nodiscard]] T get() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }
    void set(T value) {
        {
            const std::lock_guard lock(mutex_);
            std::swap(value_, value);
        } // the old value dies outside the lock
    }

private:
    mutable std::mutex mutex_;
    T value_{};
};

} // namespace postern
