// The options of one section of postern.conf, stated once: from this table come the parser,
// `--defaults`, the commented sample file, `postern check` and the test that compares with
// postern.conf(5).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace postern::config {

enum class Kind : std::uint8_t {
    Text,     ///< any text
    Flag,     ///< yes | no
    Number,   ///< whole number, not negative
    Duration, ///< 90, 90s, 5m, 2h, 7d
    Size,     ///< 4096, 64k, 10M
    Choice,   ///< one of `choices`
    List,     ///< words separated by commas or blanks
    Path,     ///< file or directory
    Mode,     ///< octal permission bits, 0660
};
enum class Times : std::uint8_t { Once, Many };
enum class Reload : std::uint8_t {
    Live,    ///< a SIGHUP brings the new value in
    Restart, ///< needs a restart; a reload says so
};

struct Option {
    std::string_view name;
    Kind kind = Kind::Text;
    std::string_view default_value; ///< as one would write it; empty: none
    std::string_view help;          ///< what it does, whole sentences, without line breaks
    std::string_view example = {};  ///< for the sample file where the default is empty
    std::string_view choices = {};  ///< for Kind::Choice: "off|log|reject"
    Times times = Times::Once;
    Reload reload = Reload::Live;
};

struct Section {
    std::string_view name;
    std::string_view help;
    std::span<const Option> options;
};

/// One table of several, for sections that share options with every daemon.
template <std::size_t A, std::size_t B>
constexpr std::array<Option, A + B> concat(const std::array<Option, A>& a,
                                           const std::array<Option, B>& b) {
    std::array<Option, A + B> both{};
    for (std::size_t i = 0; i < A; ++i)
        both[i] = a[i];
    for (std::size_t i = 0; i < B; ++i)
        both[A + i] = b[i];
    return both;
}

} // namespace postern::config
