// Local parts as mail writes them: tables are asked with the quotes an address needs.
#pragma once

#include <string>
#include <string_view>

namespace postern::sign {

/// Is this no dot-string (RFC 5321 4.1.2), so that an address must have it in quotes? False for the
/// empty text, which stands for "no local part" in lookups.
bool needs_quotes(std::string_view local_part) noexcept;

/// In double quotes, with backslashes before quotes and backslashes.
std::string quoted_local_part(std::string_view local_part);

/// With quotes if it needs them, else as it is.
std::string written_local_part(std::string_view local_part);

} // namespace postern::sign
