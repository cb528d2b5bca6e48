#include "common/authres/value_text.hpp"

#include <algorithm>
#include <cstddef>

namespace postern::authres {
namespace {

/// token of RFC 2045 5.1: printable ASCII without tspecials.
bool is_token(std::string_view text) noexcept {
    static constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?=";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < '\x7f' && kSpecials.find(c) == std::string_view::npos;
    });
}

/// domain-name of RFC 6376 3.5: two labels at least, of letters, digits and inner hyphens.
bool is_domain_name(std::string_view text) noexcept {
    std::size_t labels = 0;
    while (true) {
        const std::size_t dot = std::min(text.find('.'), text.size());
        const std::string_view label = text.substr(0, dot);
        const bool good =
            !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
            std::all_of(label.begin(), label.end(),
                        [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; });
        if (!good) return false;
        ++labels;
        if (dot == text.size()) return labels > 1;
        text.remove_prefix(dot + 1);
    }
}

/// Dot-string of RFC 5321 4.1.2, without what is no token: some readers stop at a "/" or "=".
bool is_plain_local_part(std::string_view text) noexcept {
    return is_token(text) && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos;
}

bool is_plain_address(std::string_view text) noexcept {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos) return false;
    return (at == 0 || is_plain_local_part(text.substr(0, at))) &&
           is_domain_name(text.substr(at + 1));
}

/// Octets of the UTF-8 character that `text` begins with; 0: it begins with none.
std::size_t character_size(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return size <= text.size() && is_utf8(text.substr(0, size)) ? size : 0;
}

/// One character: C0, DEL, or C1 (U+0080 to U+009F).
bool is_control(std::string_view character) noexcept {
    const auto first = static_cast<unsigned char>(character.front());
    if (character.size() == 1) return first < 0x20 || first == 0x7f;
    return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

} // namespace

std::string clean(std::string_view text) {
    std::string cleaned;
    cleaned.reserve(text.size());
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
        if (size == 0)
            cleaned.push_back('?');
        else if (!is_control(character))
            cleaned.append(character);
        text.remove_prefix(character.size());
    }
    return cleaned;
}

std::string quote(std::string_view text) {
    std::string quoted = "\"";
    quoted.reserve(text.size() + 2);
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted.push_back('\\');
        quoted.push_back(c);
    }
    quoted.push_back('"');
    return quoted;
}

std::string spell_value(std::string_view text) {
    return is_token(text) ? std::string(text) : quote(text);
}

std::string spell_property_value(std::string_view text) {
    return is_plain_address(text) ? std::string(text) : spell_value(text);
}

} // namespace postern::authres
