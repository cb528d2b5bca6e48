#include "common/dns/json_member_file.hpp"

#include "common/base/file.hpp"
#include "common/base/text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace postern::dns {
namespace {

/// The closing brace with the white space around it fits into this.
constexpr std::size_t kTail = 4096;

bool write_at(int fd, std::string_view text, std::size_t at) {
    while (!text.empty()) {
        const ssize_t done = ::pwrite(fd, text.data(), text.size(), static_cast<off_t>(at));
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(done));
        at += static_cast<std::size_t>(done);
    }
    return true;
}

class FileLock {
public:
    explicit FileLock(int fd) : fd_(fd) {
        while ((locked_ = ::flock(fd, LOCK_EX) == 0) == false && errno == EINTR) {
        }
    }
    ~FileLock() {
        if (locked_) ::flock(fd_, LOCK_UN);
    }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    [[nodiscard]] bool locked() const noexcept { return locked_; }

private:
    int fd_;
    bool locked_ = false;
};

} // namespace

Result<JsonMemberFile> JsonMemberFile::open(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return fail(path + ": " + errno_text(errno));
    if (!S_ISREG(status.st_mode)) return fail(path + ": not a regular file");
    return JsonMemberFile(path, std::move(fd));
}

Result<void> JsonMemberFile::append(std::string_view member, std::size_t limit) {
    const FileLock lock(fd_.get());
    if (!lock.locked()) return fail(path_ + ": " + errno_text(errno));
    return append_locked(member, limit);
}

Result<void> JsonMemberFile::append_locked(std::string_view member, std::size_t limit) {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) return fail(path_ + ": " + errno_text(errno));
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size + member.size() + 8 > limit)
        return fail(path_ + ": more than " + std::to_string(limit) + " octets");

    std::array<char, kTail> buffer{};
    const std::size_t start = size - std::min(size, kTail);
    const ssize_t got = ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(start));
    if (got < 0) return fail(path_ + ": " + errno_text(errno));
    const std::string_view tail(buffer.data(), static_cast<std::size_t>(got));
    std::size_t at = 0; // where the new text begins
    std::string text;
    const std::size_t brace = tail.find_last_not_of(" \t\r\n");
    if (brace == std::string_view::npos && size <= kTail) {
        text = "{\n ";
    } else {
        const std::size_t last = brace == std::string_view::npos || tail[brace] != '}' || brace == 0
                                     ? std::string_view::npos
                                     : tail.find_last_not_of(" \t\r\n", brace - 1);
        if (last == std::string_view::npos)
            return fail(path_ + ": does not end as a JSON object does");
        at = start + last + 1;
        text = tail[last] == '{' ? "\n " : ",\n ";
    }
    text.append(member).append("\n}\n");
    if (write_at(fd_.get(), text, at)) return {};
    const int error = errno;
    // A full disk: what was there fits again.
    const std::string before(tail.substr(at - start));
    if (!write_at(fd_.get(), before, at) || ::ftruncate(fd_.get(), status.st_size) != 0)
        return fail(path_ + ": " + errno_text(errno) + "; its end is lost");
    return fail(path_ + ": " + errno_text(error));
}

} // namespace postern::dns
