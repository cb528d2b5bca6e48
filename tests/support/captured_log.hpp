// A log that keeps its lines, for tests that look at them.
#pragma once

#include "common/base/guarded.hpp"
#include "common/base/log.hpp"

#include <memory>
#include <string>
#include <vector>

namespace postern::testing_support {

class CapturedLog {
public:
    CapturedLog()
        : lines_(std::make_shared<Guarded<std::vector<std::string>>>()),
          log_(std::make_unique<Sink>(lines_), LogLevel::Debug) {}

    Log& log() noexcept { return log_; }
    [[nodiscard]] std::vector<std::string> lines() const { return lines_->get(); }
    /// The last line, empty when there is none.
    [[nodiscard]] std::string last() const {
        const auto all = lines();
        return all.empty() ? std::string() : all.back();
    }

private:
    using Lines = std::shared_ptr<Guarded<std::vector<std::string>>>;
    class Sink final : public LogSink {
    public:
        explicit Sink(Lines lines) : lines_(std::move(lines)) {}
        void write(LogLevel level, std::string_view line) noexcept override {
            lines_->with([&](auto& all) {
                all.push_back(std::string(to_string(level)) + " " + std::string(line));
            });
        }

    private:
        Lines lines_;
    };

    Lines lines_;
    Log log_;
};

} // namespace postern::testing_support
