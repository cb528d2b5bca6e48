// What relays and lists put in front of a Subject. For diagnosis only (diagnosis.hpp).
#pragma once

#include <cstddef>
#include <string_view>

namespace postern::dkim {

/// Octets of white space and folds the text begins with.
[[nodiscard]] std::size_t leading_blanks(std::string_view text) noexcept;

/// Octets of the "Re: " or its like that the text begins with, with the blanks behind it; or 0.
[[nodiscard]] std::size_t leading_reply_mark(std::string_view text) noexcept;

/// Octets of the "[list] ", "***SPAM*** ", "{Spam?} ", "(external) " or "EXTERNAL: " that the text
/// begins with, with the blanks behind it; or 0. No label is longer than 80 octets.
[[nodiscard]] std::size_t leading_label(std::string_view text) noexcept;

} // namespace postern::dkim
