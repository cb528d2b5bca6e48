// Text and identifiers in the one form in which it can be seen whether they name the same host,
// however they are dressed up: case, U-labels, quotes, backslashes, comments.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::authres {

/// `text` in lower case, words with other letters than ASCII's in A-labels where they have some.
/// Each such word takes one of `budget`; nothing once it is spent.
std::optional<std::string> to_comparable(std::string_view text, std::size_t& budget);

/// Of a value nobody can read: without white space, control characters, quotes, backslashes and
/// parentheses, so that nothing can hide a name by what it is written with.
std::string undressed(std::string_view value);
/// The same, comments left out too: nothing can hide a name by what is put between its octets.
std::string undressed_without_comments(std::string_view value);

} // namespace postern::authres
