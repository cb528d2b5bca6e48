#include "common/config/scalar.hpp"

#include "common/base/text.hpp"
#include "common/config/problem.hpp"

#include <limits>
#include <optional>

namespace postern::config {
namespace {

/// Digits, then at most one letter. Nothing if it is not so, or too large for 64 bits.
struct Quantity {
    std::uint64_t amount = 0;
    char unit = 0;
};
std::optional<Quantity> parse_quantity(std::string_view text) {
    Quantity quantity;
    if (!text.empty() && is_alpha(text.back())) {
        quantity.unit = text.back();
        text = trim(text.substr(0, text.size() - 1));
    }
    const auto amount = parse_number<std::uint64_t>(text);
    if (!amount) return std::nullopt;
    quantity.amount = *amount;
    return quantity;
}

std::optional<std::uint64_t> times(std::uint64_t a, std::uint64_t b) {
    if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) return std::nullopt;
    return a * b;
}

} // namespace

Result<bool> parse_flag(std::string_view text) {
    for (const std::string_view yes : {"yes", "true", "on", "1"})
        if (iequals(text, yes)) return true;
    for (const std::string_view no : {"no", "false", "off", "0"})
        if (iequals(text, no)) return false;
    return fail("write yes or no");
}

Result<std::uint64_t> parse_whole_number(std::string_view text) {
    const auto number = parse_number<std::uint64_t>(text);
    if (!number) return fail("write a whole number");
    return *number;
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
    constexpr const char* kRight = "write a time such as 90, 90s, 5m, 2h, 7d or 4w";
    constexpr std::uint64_t kHundredYears = std::uint64_t{100} * 366 * 86400;
    const auto quantity = parse_quantity(text);
    if (!quantity) return fail(kRight);
    std::uint64_t seconds = 0;
    switch (quantity->unit) {
    case 0:
    case 's':
        seconds = 1;
        break;
    case 'm':
        seconds = 60;
        break;
    case 'h':
        seconds = 3600;
        break;
    case 'd':
        seconds = 86400;
        break;
    case 'w':
        seconds = std::uint64_t{7} * 86400;
        break;
    default:
        return fail(kRight);
    }
    const auto total = times(quantity->amount, seconds);
    if (!total || *total > kHundredYears) return fail("write at most 100 years");
    return std::chrono::seconds(static_cast<std::int64_t>(*total));
}

Result<std::uint64_t> parse_size(std::string_view text) {
    constexpr const char* kRight = "write a number of octets such as 4096, 64k, 10M or 1G";
    const auto quantity = parse_quantity(text);
    if (!quantity) return fail(kRight);
    std::uint64_t unit = 1;
    switch (ascii_lower(quantity->unit)) {
    case 0:
        break;
    case 'k':
        unit = std::uint64_t{1} << 10;
        break;
    case 'm':
        unit = std::uint64_t{1} << 20;
        break;
    case 'g':
        unit = std::uint64_t{1} << 30;
        break;
    default:
        return fail(kRight);
    }
    const auto total = times(quantity->amount, unit);
    if (!total) return fail(kRight);
    return *total;
}

Result<mode_t> parse_mode(std::string_view text) {
    const auto bits = parse_number<std::uint32_t>(text, 8);
    if (!bits || *bits > 07777) return fail("write octal permission bits such as 0660");
    return static_cast<mode_t>(*bits);
}

} // namespace postern::config
