#include "common/postfix/stream_socket.hpp"

#include "common/base/file.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace postern::postfix {

namespace {

struct AddrInfoFree {
    void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};

std::string seconds_text(std::chrono::milliseconds timeout) {
    return timeout.count() % 1000 == 0 ? std::to_string(timeout.count() / 1000) + " s"
                                       : std::to_string(timeout.count()) + " ms";
}

/// 0, or the errno that says why not.
int connect_within(int fd, const sockaddr* address, socklen_t size,
                   std::chrono::milliseconds timeout) {
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return errno;
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    int error = 0;
    while (::connect(fd, address, size) != 0) {
        if (errno == EISCONN) break;
        // A unix socket whose queue is full says EAGAIN at once and cannot be polled for it.
        const bool full = errno == EAGAIN;
        if (!full && errno != EINPROGRESS && errno != EINTR && errno != EALREADY) return errno;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return ETIMEDOUT;
        pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
        if (full) {
            (void)::poll(nullptr, 0, 5);
            continue;
        }
        const int ready = ::poll(&wait, 1, static_cast<int>(left.count()));
        if (ready == 0) return ETIMEDOUT;
        socklen_t length = sizeof error;
        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
        if (error != 0) return error;
    }
    if (fcntl(fd, F_SETFL, flags) < 0) return errno;
    return 0;
}

} // namespace

Result<StreamSocket> StreamSocket::connect(const SocketAddress& address,
                                           std::chrono::milliseconds timeout) {
    const std::string where = "cannot connect to " + address.text() + ": ";
    if (address.kind == SocketAddress::Kind::Unix) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        if (address.path.size() >= sizeof name.sun_path) return fail(where + "path too long");
        std::memcpy(name.sun_path, address.path.data(), address.path.size());
        UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!fd) return fail(where + errno_text(errno));
        if (const int error = connect_within(fd.get(), reinterpret_cast<const sockaddr*>(&name),
                                             sizeof name, timeout))
            return fail(where + errno_text(error));
        return StreamSocket(std::move(fd));
    }

    addrinfo hints{};
    hints.ai_family = address.kind == SocketAddress::Kind::Inet6 ? AF_INET6 : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* raw = nullptr;
    const std::string port = std::to_string(address.port);
    const int status = getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                   port.c_str(), &hints, &raw);
    if (status != 0) return fail(where + gai_strerror(status));
    const std::unique_ptr<addrinfo, AddrInfoFree> list(raw);
    int error = ENOENT;
    for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
        UniqueFd fd(::socket(entry->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!fd) {
            error = errno;
            continue;
        }
        error = connect_within(fd.get(), entry->ai_addr, entry->ai_addrlen, timeout);
        if (error != 0) continue;
        const int on = 1;
        (void)setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return StreamSocket(std::move(fd));
    }
    return fail(where + errno_text(error));
}

void StreamSocket::set_timeout(std::chrono::milliseconds timeout) noexcept {
    if (timeout == timeout_) return;
    timeout_ = timeout;
    timeval value{};
    value.tv_sec = timeout.count() / 1000;
    value.tv_usec = static_cast<suseconds_t>(timeout.count() % 1000 * 1000);
    (void)setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
    (void)setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

Result<void> StreamSocket::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return fail("nothing could be written for " + seconds_text(timeout_));
        if (count < 0) return fail(errno_text(errno));
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<std::size_t> StreamSocket::receive(char* buffer, std::size_t size) {
    while (true) {
        const ssize_t count = ::recv(fd_.get(), buffer, size, 0);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return fail("no answer for " + seconds_text(timeout_));
        return fail(errno_text(errno));
    }
}

} // namespace postern::postfix
