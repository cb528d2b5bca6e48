#include "common/daemon/pid_file.hpp"

#include "common/base/file.hpp"
#include "common/base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace postern::daemon {

Result<PidFile> PidFile::write(const std::string& path) {
    // A fresh file: a link somebody laid under this name is not followed.
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return fail(path + ": " + errno_text(errno));
    const UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) return fail(path + ": " + errno_text(errno));
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return fail(path + ": " + errno_text(errno));
    PidFile file;
    file.path_ = path;
    return file;
}

PidFile::~PidFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

} // namespace postern::daemon
