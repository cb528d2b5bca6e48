// Reading whole files once, through one descriptor, so that what was checked is what was read.
#pragma once

#include "common/base/result.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace postern {

/// Changes when the file was replaced or written to; compare to learn whether to read again.
struct FileStamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified_ns = 0; ///< st_mtim, nanoseconds
    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

struct FileContent {
    std::string text;
    FileStamp stamp;
    mode_t mode = 0; ///< permission bits of the descriptor that was read
    uid_t owner = 0;
    gid_t group = 0;
};

/// The whole file; more than `limit` octets, a directory or a device is an error. Errors name the
/// path.
Result<FileContent> read_file(const std::string& path, std::size_t limit);

/// What a later read would find, without reading; the error is the system's word ("No such file or
/// directory").
Result<FileStamp> stat_file(const std::string& path);

/// The system's word for an errno value, thread-safe.
std::string errno_text(int error);

} // namespace postern
