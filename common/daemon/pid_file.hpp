// A file with the process id, while it runs.
#pragma once

#include "common/base/result.hpp"

#include <string>
#include <utility>

namespace postern::daemon {

class PidFile {
public:
    PidFile() = default;
    /// Replaces what an earlier run left.
    static Result<PidFile> write(const std::string& path);
    PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    PidFile& operator=(PidFile&& other) noexcept {
        std::swap(path_, other.path_);
        return *this;
    }
    ~PidFile(); ///< removes the file, if the user we became may

private:
    std::string path_;
};

} // namespace postern::daemon
