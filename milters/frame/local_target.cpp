#include "milters/frame/local_target.hpp"

#include "common/base/file.hpp"

#include <fcntl.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>

namespace postern::milter {

Result<LocalTarget> LocalTarget::of(const daemon::Listener& listener) {
    LocalTarget target;
    if (listener.address().kind == SocketAddress::Kind::Unix) {
        target.file_.reset(::open(listener.address().path.c_str(), O_PATH | O_CLOEXEC));
        if (!target.file_) return fail(listener.address().text() + ": " + errno_text(errno));
        auto* name = reinterpret_cast<sockaddr_un*>(&target.name_);
        name->sun_family = AF_UNIX;
        const int length = std::snprintf(name->sun_path, sizeof name->sun_path, "/proc/self/fd/%d",
                                         target.file_.get());
        target.length_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path)) +
                         static_cast<socklen_t>(length) + 1;
        return target;
    }
    // An unspecified address (0.0.0.0, ::) connects to the host itself on Linux.
    target.length_ = sizeof target.name_;
    if (::getsockname(listener.fd(), reinterpret_cast<sockaddr*>(&target.name_), &target.length_) !=
        0)
        return fail(listener.address().text() + ": " + errno_text(errno));
    return target;
}

Result<UniqueFd> LocalTarget::connect() const {
    UniqueFd fd(::socket(name_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) return fail(errno_text(errno));
    const timeval limit{.tv_sec = 1, .tv_usec = 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name_), length_) != 0)
        return fail(errno_text(errno));
    if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) return fail(errno_text(errno));
    return fd;
}

} // namespace postern::milter
