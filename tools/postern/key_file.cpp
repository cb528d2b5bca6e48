#include "tools/postern/key_file.hpp"

#include "common/base/file.hpp"
#include "common/base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace postern::tool {
namespace {

tl::unexpected<Error> system_failure(const std::string& what, const std::string& path) {
    const int error = errno;
    return fail("cannot " + what + " " + path + ": " + errno_text(error));
}

/// Removes the temporary name again, whatever happens.
class Unlinked {
public:
    explicit Unlinked(std::string path) : path_(std::move(path)) {}
    Unlinked(const Unlinked&) = delete;
    Unlinked& operator=(const Unlinked&) = delete;
    ~Unlinked() { ::unlink(path_.c_str()); }

private:
    std::string path_;
};

Result<void> write_all(int fd, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const ssize_t count = ::write(fd, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return system_failure("write", path);
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

} // namespace

Result<void> make_key_directory(const std::string& path, std::optional<gid_t> group) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
        if (S_ISDIR(status.st_mode)) return {};
        return fail(path + " is not a directory");
    }
    if (errno != ENOENT) return system_failure("look at", path);
    if (const std::string parent = directory_of(path); parent != path)
        if (auto made = make_key_directory(parent, group); !made) return made;
    if (::mkdir(path.c_str(), 0700) != 0) {
        if (errno == EEXIST) return {}; // another keygen was faster
        return system_failure("make directory", path);
    }
    const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory) return system_failure("open", path);
    if (group && ::fchown(directory.get(), static_cast<uid_t>(-1), *group) != 0)
        return system_failure("set the group of", path);
    // S_ISGID is the system's to hand down (BSD groups); fchmod() would take it away again.
    if (::fstat(directory.get(), &status) != 0) return system_failure("look at", path);
    if (::fchmod(directory.get(), kKeyDirectoryMode | (status.st_mode & S_ISGID)) != 0)
        return system_failure("set the mode of", path);
    return {};
}

Result<void> write_new_key_file(const std::string& path, std::string_view text,
                                std::optional<gid_t> group) {
    const std::string directory = directory_of(path);
    // Not *.pem: a daemon that looks into the directory now must not take it for a key.
    std::string temporary = directory + "/.keygen-XXXXXX";
    const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC)); // O_EXCL, mode 0600
    if (!fd) return system_failure("create a file in", directory);
    const Unlinked cleanup(temporary);
    if (auto written = write_all(fd.get(), text, temporary); !written) return written;
    if (group && ::fchown(fd.get(), static_cast<uid_t>(-1), *group) != 0)
        return system_failure("set the group of", path);
    if (::fchmod(fd.get(), kKeyFileMode) != 0) return system_failure("set the mode of", path);
    if (::fsync(fd.get()) != 0) return system_failure("write", temporary);
    if (::link(temporary.c_str(), path.c_str()) != 0) {
        if (errno == EEXIST) return fail(path + " exists already and is left as it is");
        return system_failure("create", path);
    }
    const UniqueFd parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!parent || ::fsync(parent.get()) != 0) return system_failure("write", directory);
    return {};
}

} // namespace postern::tool
