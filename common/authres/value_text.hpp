// What may stand in a value of an Authentication-Results field, and in which spelling (RFC 8601
// 2.2, RFC 2045 5.1, RFC 6532): shared by the writer and the parser, so that what one lets through
// the other reads back.
#pragma once

#include "common/base/text.hpp"

#include <string>
#include <string_view>

namespace postern::authres {

/// Letters, digits, "-" and, as some write it, "_": of methods, results, ptypes and properties.
constexpr bool is_keyword_char(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_';
}

/// The octets a value can carry: control characters (C0, DEL and C1) left out, what is not UTF-8
/// as "?" for each octet. Doing it twice changes nothing.
std::string clean(std::string_view text);

/// `text` between quotes, quotes and backslashes in it escaped; `text` is clean.
std::string quote(std::string_view text);

/// A clean value as it is written: a token as it is, else quoted. For authserv-id and reason.
std::string spell_value(std::string_view text);
/// The same for properties, where "local@domain.example" and "@domain.example" too can stand
/// without quotes if the local part is a token.
std::string spell_property_value(std::string_view text);

} // namespace postern::authres
