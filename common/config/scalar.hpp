// One text to one value. The error says what would be right ("write a number of seconds ...").
#pragma once

#include "common/base/result.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace postern::config {

/// yes, true, on, 1; no, false, off, 0; any case.
Result<bool> parse_flag(std::string_view text);
/// Decimal, not negative.
Result<std::uint64_t> parse_whole_number(std::string_view text);
/// A whole number of seconds, or with one of the units s m h d w. Up to 100 years.
Result<std::chrono::seconds> parse_duration(std::string_view text);
/// Octets, or with k, M or G for 2^10, 2^20, 2^30; either case.
Result<std::uint64_t> parse_size(std::string_view text);
/// Octal permission bits, 0 to 7777.
Result<mode_t> parse_mode(std::string_view text);

} // namespace postern::config
