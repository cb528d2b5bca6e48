// The two canonical forms of DKIM (RFC 6376 3.4), for header and body alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::message {

enum class Canonicalization : std::uint8_t { Simple, Relaxed };

constexpr std::string_view to_string(Canonicalization form) noexcept {
    return form == Canonicalization::Simple ? "simple" : "relaxed";
}
constexpr std::optional<Canonicalization> parse_canonicalization(std::string_view text) noexcept {
    if (text == "simple") return Canonicalization::Simple;
    if (text == "relaxed") return Canonicalization::Relaxed;
    return std::nullopt;
}

} // namespace postern::message
