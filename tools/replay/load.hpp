// Measures filters: many messages over parallel sessions, messages per second and latencies.
#pragma once

#include "tools/replay/options.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace postern::replay {

struct LoadFigures {
    std::size_t messages = 0, errors = 0, connections = 0, per_connection = 0;
    std::array<std::size_t, 5> verdicts{}; ///< by Verdict
    double seconds = 0, client_cpu_seconds = 0;
    double p50 = 0, p90 = 0, p99 = 0, max = 0; ///< milliseconds per message, connecting included
    std::string first_error;
    [[nodiscard]] double per_second() const noexcept {
        return seconds > 0 ? static_cast<double>(messages) / seconds : 0;
    }
};

/// The value that `part` (0 to 1) of the sorted values do not exceed; 0 of none.
double percentile(const std::vector<float>& sorted, double part);

int run_load(const Options& options);

} // namespace postern::replay
