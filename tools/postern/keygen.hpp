// postern keygen: makes signing keys and prints the records that publish them.
#pragma once

#include "common/crypto/key.hpp"
#include "tools/postern/command.hpp"

#include <cstdint>

namespace postern::tool {

extern const Command kKeygen;

/// The selector of a key made at `unix_time`: year and month, and a letter for the type, so that
/// keys of both types stand side by side and next year's sort behind ("202611r", "202611e").
std::string default_selector(std::int64_t unix_time, crypto::KeyType type);

/// A selector is one or more DNS labels of letters, digits and inner hyphens (RFC 6376 3.1;
/// underscores pass, being in use). Gives it in lower case.
Result<std::string> parse_selector(std::string_view text);

} // namespace postern::tool
