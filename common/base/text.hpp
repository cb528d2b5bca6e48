// Text as mail has it: octets, of which only ASCII letters have a case. No locale anywhere.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) noexcept { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }
/// WSP of RFC 5234: space and tab.
constexpr bool is_wsp(char c) noexcept { return c == ' ' || c == '\t'; }
/// Space, tab, CR, LF: what folding white space is made of.
constexpr bool is_space(char c) noexcept { return is_wsp(c) || c == '\r' || c == '\n'; }
constexpr bool is_ascii(std::string_view text) noexcept {
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0x80) return false;
    return true;
}

std::string to_lower(std::string_view text);
bool iequals(std::string_view a, std::string_view b) noexcept;
bool istarts_with(std::string_view text, std::string_view prefix) noexcept;
bool iends_with(std::string_view text, std::string_view suffix) noexcept;

/// Hash and equality for containers keyed by case-insensitive ASCII text (header field names, host
/// names).
struct CaseInsensitiveHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept;
};
struct CaseInsensitiveEqual {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept { return iequals(a, b); }
};
/// Hash for looking up a std::string key by string_view without a copy.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

/// The text without spaces, tabs, CR and LF at both ends; a view into the argument.
std::string_view trim(std::string_view text) noexcept;

/// Pieces between separators, each trimmed; empty pieces are kept. Views into the argument.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Words separated by commas and/or white space, as Postfix separates lists; no empty words. Views
/// into the argument.
std::vector<std::string_view> split_list(std::string_view text);
/// First piece before the separator and the rest; nullopt without a separator. Views, not trimmed.
struct Halves {
    std::string_view before, after;
};
std::optional<Halves> cut(std::string_view text, char separator) noexcept;

std::string join(std::span<const std::string> pieces, std::string_view separator);

/// The whole text as a number in the base given, else nothing: no sign for unsigned types, no
/// blanks, no rest.
template <std::integral T>
std::optional<T> parse_number(std::string_view text, int base = 10) noexcept {
    T value{};
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
    return value;
}

/// Is this well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF)?
bool is_utf8(std::string_view text) noexcept;

/// The candidate most like `word` if it is near enough to be what a person meant ("did you mean"),
/// else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// Octets as text and the other way round, for interfaces that differ in the spelling of a byte.
inline std::span<const std::uint8_t> as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(std::span<const std::uint8_t> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace postern
