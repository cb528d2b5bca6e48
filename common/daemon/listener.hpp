// A socket that listens, and its file while it does.
#pragma once

#include "common/base/result.hpp"
#include "common/base/socket_address.hpp"
#include "common/base/unique_fd.hpp"

#include <sys/types.h>

#include <optional>

namespace postern::daemon {

struct ListenOptions {
    mode_t mode = 0660;         ///< of unix sockets
    std::optional<uid_t> owner; ///< of unix sockets: whom we become, so that we can reach ourselves
    std::optional<gid_t> group; ///< of unix sockets
    int backlog = 511;          ///< the kernel cuts it at net.core.somaxconn
};

class Listener {
public:
    /// Opens, binds, listens. A unix socket file nobody listens on is replaced; a live one, or a
    /// file that is no socket, is an error and stays. The error names the socket.
    static Result<Listener> open(const SocketAddress& address, const ListenOptions& options = {});

    Listener(Listener&&) noexcept = default;
    Listener& operator=(Listener&&) noexcept = default;
    /// Closes. The file of a unix socket is removed if it is still ours.
    ~Listener();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] const SocketAddress& address() const noexcept { return address_; }
    /// Removes the socket file now, so that a successor may come while we finish.
    void unlink() noexcept;

private:
    Listener(UniqueFd fd, SocketAddress address)
        : fd_(std::move(fd)), address_(std::move(address)) {}
    UniqueFd fd_;
    SocketAddress address_;
    dev_t device_ = 0; ///< of the socket file
    ino_t inode_ = 0;  ///< 0: there is no file to remove
};

} // namespace postern::daemon
