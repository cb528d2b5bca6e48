// What a command is given to work on: a file, or standard input under the name "-".
#pragma once

#include "tools/postern/command.hpp"

#include <cstddef>
#include <string>

namespace postern::tool {

/// The whole input; more than `limit` octets is an error. `path` may be a pipe or another stream
/// that is no file.
Result<std::string> read_input(const std::string& path, std::istream& in, std::size_t limit);

/// Octets from outside as a person may see them on a terminal: control characters and what is not
/// UTF-8 escaped, whole.
std::string printable(std::string_view text);

} // namespace postern::tool
