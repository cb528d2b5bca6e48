// New files with keys: complete or not there at all, and never in the place of another.
#pragma once

#include "common/base/result.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace postern::tool {

inline constexpr mode_t kKeyFileMode = 0640;
inline constexpr mode_t kKeyDirectoryMode = 0750;

/// Makes `path` with those above it that are missing; new ones get kKeyDirectoryMode and the group.
/// Directories that exist are left as they are.
Result<void> make_key_directory(const std::string& path, std::optional<gid_t> group);

/// Writes the file beside its place and links it there, so that a reader sees all of it and an
/// existing file, whoever made it in the meantime, stays untouched: that is an error. The directory
/// must exist.
Result<void> write_new_key_file(const std::string& path, std::string_view text,
                                std::optional<gid_t> group);

} // namespace postern::tool
