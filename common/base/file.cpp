#include "common/base/file.hpp"

#include "common/base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace postern {
namespace {

FileStamp stamp_of(const struct stat& status) {
    return {.device = status.st_dev,
            .inode = status.st_ino,
            .size = static_cast<std::uint64_t>(status.st_size),
            .modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 +
                           std::int64_t{status.st_mtim.tv_nsec}};
}

} // namespace

std::string errno_text(int error) { return std::generic_category().message(error); }

Result<FileContent> read_file(const std::string& path, std::size_t limit) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return fail(path + ": " + errno_text(errno));
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return fail(path + ": " + errno_text(errno));
    if (!S_ISREG(status.st_mode)) return fail(path + ": not a regular file");
    if (static_cast<std::uint64_t>(status.st_size) > limit)
        return fail(path + ": larger than " + std::to_string(limit) + " bytes");

    FileContent content{.text = {},
                        .stamp = stamp_of(status),
                        .mode = status.st_mode & 07777U,
                        .owner = status.st_uid,
                        .group = status.st_gid};
    content.text.resize(static_cast<std::size_t>(status.st_size) + 1); // +1: one read sees the end
    std::size_t have = 0;
    for (;;) {
        const ssize_t got =
            ::read(fd.get(), content.text.data() + have, content.text.size() - have);
        if (got < 0) {
            if (errno == EINTR) continue;
            return fail(path + ": " + errno_text(errno));
        }
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
        if (have > limit) return fail(path + ": larger than " + std::to_string(limit) + " bytes");
        if (have == content.text.size()) content.text.resize(have * 2);
    }
    content.text.resize(have);
    return content;
}

Result<FileStamp> stat_file(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return fail(errno_text(errno));
    return stamp_of(status);
}

} // namespace postern
