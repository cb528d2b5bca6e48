// Time is an argument: whoever needs it is given a Clock, and tests pin it.
#pragma once

#include <chrono>
#include <cstdint>

namespace postern {

class Clock {
public:
    virtual ~Clock() = default;
    /// Seconds since 1970-01-01 00:00 UTC, as t= and x= of DKIM count.
    [[nodiscard]] virtual std::int64_t unix_time() const = 0;
    /// For durations and deadlines; never runs backwards.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] std::int64_t unix_time() const override {
        return std::chrono::duration_cast<std::chrono::seconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
        return std::chrono::steady_clock::now();
    }
};

/// Stands still until told otherwise.
class FixedClock final : public Clock {
public:
    explicit FixedClock(std::int64_t unix_time) : unix_time_(unix_time) {}
    [[nodiscard]] std::int64_t unix_time() const override { return unix_time_; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return steady_; }
    void advance(std::chrono::seconds by) {
        unix_time_ += by.count();
        steady_ += by;
    }

private:
    std::int64_t unix_time_;
    std::chrono::steady_clock::time_point steady_{};
};

} // namespace postern
