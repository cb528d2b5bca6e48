#include "common/config/scalar.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace postern::config {
namespace {

using testing_support::name_of;

struct Case {
    const char* name;
    char kind; // f flag, n number, d duration, s size, m mode
    const char* text;
    std::optional<std::uint64_t> value; // nothing: refused
};

std::optional<std::uint64_t> parsed(char kind, std::string_view text) {
    const auto widen = [](const auto& result) -> std::optional<std::uint64_t> {
        if (!result) {
            EXPECT_FALSE(result.error().message.empty());
            return std::nullopt;
        }
        return static_cast<std::uint64_t>(*result);
    };
    switch (kind) {
    case 'f':
        return widen(parse_flag(text));
    case 'n':
        return widen(parse_whole_number(text));
    case 's':
        return widen(parse_size(text));
    case 'm':
        return widen(parse_mode(text));
    default:
        const auto duration = parse_duration(text);
        if (!duration) return std::nullopt;
        return static_cast<std::uint64_t>(duration->count());
    }
}

class Scalar : public testing::TestWithParam<Case> {};
TEST_P(Scalar, ReadsWhatAPersonWrites) {
    EXPECT_EQ(parsed(GetParam().kind, GetParam().text), GetParam().value) << GetParam().text;
}

constexpr std::nullopt_t kNo = std::nullopt;
INSTANTIATE_TEST_SUITE_P(
    Table, Scalar,
    testing::Values(
        Case{"flag_yes", 'f', "yes", 1}, Case{"flag_true", 'f', "True", 1},
        Case{"flag_on", 'f', "ON", 1}, Case{"flag_one", 'f', "1", 1}, Case{"flag_no", 'f', "no", 0},
        Case{"flag_false", 'f', "false", 0}, Case{"flag_off", 'f', "off", 0},
        Case{"flag_zero", 'f', "0", 0}, Case{"flag_letter_only", 'f', "y", kNo},
        Case{"flag_empty", 'f', "", kNo}, Case{"number", 'n', "4096", 4096},
        Case{"number_largest", 'n', "18446744073709551615", 18446744073709551615U},
        Case{"number_too_large", 'n', "18446744073709551616", kNo},
        Case{"number_negative", 'n', "-1", kNo}, Case{"number_plus", 'n', "+1", kNo},
        Case{"number_hex", 'n', "0x10", kNo}, Case{"number_fraction", 'n', "1.5", kNo},
        Case{"number_with_rest", 'n', "12x", kNo}, Case{"duration_bare_is_seconds", 'd', "90", 90},
        Case{"duration_seconds", 'd', "90s", 90}, Case{"duration_minutes", 'd', "5m", 300},
        Case{"duration_hours", 'd', "2h", 7200}, Case{"duration_days", 'd', "7d", 604800},
        Case{"duration_weeks", 'd', "1w", 604800}, Case{"duration_with_blank", 'd', "5 m", 300},
        Case{"duration_zero", 'd', "0", 0}, Case{"duration_capital_is_not_a_unit", 'd', "1M", kNo},
        Case{"duration_unit_alone", 'd', "s", kNo}, Case{"duration_two_units", 'd', "1h30m", kNo},
        Case{"duration_over_100_years", 'd', "99999w", kNo},
        Case{"duration_overflow", 'd', "18446744073709551615w", kNo},
        Case{"size_bare", 's', "4096", 4096}, Case{"size_k", 's', "64k", 65536},
        Case{"size_capital_k", 's', "64K", 65536}, Case{"size_m", 's', "10M", 10485760},
        Case{"size_g", 's', "1g", 1073741824},
        Case{"size_overflow", 's', "18446744073709551615k", kNo},
        Case{"size_unit_unknown", 's', "1x", kNo}, Case{"size_two_letters", 's', "1kB", kNo},
        Case{"size_empty", 's', "", kNo}, Case{"mode", 'm', "0660", 0660},
        Case{"mode_without_zero", 'm', "640", 0640}, Case{"mode_largest", 'm', "7777", 07777},
        Case{"mode_too_large", 'm', "10000", kNo}, Case{"mode_decimal_digit", 'm', "0668", kNo},
        Case{"mode_symbolic", 'm', "g+w", kNo}),
    name_of);

} // namespace
} // namespace postern::config
