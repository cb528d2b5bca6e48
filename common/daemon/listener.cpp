#include "common/daemon/listener.hpp"

#include "common/base/file.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace postern::daemon {
namespace {

tl::unexpected<Error> refuse(const SocketAddress& address, const std::string& why) {
    return fail(address.text() + ": " + why);
}

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.data(), path.size());
    return name;
}

/// Makes way for a new socket file: nothing there, or a socket nobody listens on.
Result<void> clear_path(const SocketAddress& address) {
    struct stat status {};
    if (::lstat(address.path.c_str(), &status) != 0) {
        if (errno == ENOENT) return {};
        return refuse(address, errno_text(errno));
    }
    if (!S_ISSOCK(status.st_mode))
        return refuse(address, "exists and is no socket; remove it or name another path");
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const sockaddr_un name = unix_address(address.path);
    const int connected =
        ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
    if (connected == 0 || errno == EAGAIN || errno == EINPROGRESS)
        return refuse(address, "another process listens there");
    if (errno != ECONNREFUSED) return refuse(address, errno_text(errno));
    if (::unlink(address.path.c_str()) != 0 && errno != ENOENT)
        return refuse(address, "stale socket cannot be removed: " + errno_text(errno));
    return {};
}

} // namespace

Result<Listener> Listener::open(const SocketAddress& address, const ListenOptions& options) {
    if (address.kind == SocketAddress::Kind::Unix) {
        if (address.path.empty() || address.path.size() > kMaxUnixPath)
            return refuse(address,
                          "socket path must have 1 to " + std::to_string(kMaxUnixPath) + " octets");
        if (auto cleared = clear_path(address); !cleared) return tl::unexpected(cleared.error());
        UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!fd) return refuse(address, errno_text(errno));
        const sockaddr_un name = unix_address(address.path);
        // The file is born closed to all and opened when its group is right: no moment with wrong
        // bits. Nothing else runs while sockets are opened, so the process-wide umask is ours.
        const mode_t before = ::umask(0777);
        const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
        const int error = errno;
        ::umask(before);
        if (bound != 0) return refuse(address, errno_text(error));
        Listener listener(std::move(fd), address);
        struct stat status {};
        if (::lstat(address.path.c_str(), &status) != 0) return refuse(address, errno_text(errno));
        listener.device_ = status.st_dev;
        listener.inode_ = status.st_ino;
        constexpr auto kAsItIs = static_cast<uid_t>(-1);
        const uid_t owner = ::geteuid() == 0 ? options.owner.value_or(kAsItIs) : kAsItIs;
        if ((options.group || owner != kAsItIs) &&
            ::lchown(address.path.c_str(), owner, options.group.value_or(kAsItIs)) != 0)
            return refuse(address,
                          "cannot give the socket to its owner and group: " + errno_text(errno));
        if (::chmod(address.path.c_str(), options.mode) != 0)
            return refuse(address, errno_text(errno));
        if (::listen(listener.fd(), options.backlog) != 0)
            return refuse(address, errno_text(errno));
        return listener;
    }

    addrinfo hints{};
    hints.ai_family = address.kind == SocketAddress::Kind::Inet6 ? AF_INET6 : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int code = ::getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                   std::to_string(address.port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
    if (code != 0) return refuse(address, ::gai_strerror(code));
    UniqueFd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return refuse(address, errno_text(errno));
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // Accepted connections inherit it. A filter writes its edits and its answer one by one: with
    // Nagle's algorithm the second write waits for a delayed acknowledgement of the first, 40 ms
    // per message.
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (address.kind == SocketAddress::Kind::Inet6)
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0)
        return refuse(address,
                      errno == EADDRINUSE ? "another process listens there" : errno_text(errno));
    if (::listen(fd.get(), options.backlog) != 0) return refuse(address, errno_text(errno));
    return Listener(std::move(fd), address);
}

void Listener::unlink() noexcept {
    if (!fd_ || inode_ == 0) return;
    struct stat status {};
    if (::lstat(address_.path.c_str(), &status) == 0 && status.st_dev == device_ &&
        status.st_ino == inode_)
        ::unlink(address_.path.c_str());
    inode_ = 0;
}

Listener::~Listener() { unlink(); }

} // namespace postern::daemon
