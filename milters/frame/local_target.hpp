// A listening socket of our own as something to connect to: the relay carries connections there
// that came to sockets libmilter does not listen on itself.
#pragma once

#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"
#include "common/daemon/listener.hpp"

#include <sys/socket.h>

namespace postern::milter {

class LocalTarget {
public:
    /// Holds on to the socket's file (O_PATH), so that neither renaming nor removing it matters.
    static Result<LocalTarget> of(const daemon::Listener& listener);

    /// Connected, non-blocking. Waits a second at most for room in the queue.
    [[nodiscard]] Result<UniqueFd> connect() const;

private:
    LocalTarget() = default;
    UniqueFd file_; ///< of a unix socket with a path
    sockaddr_storage name_{};
    socklen_t length_ = 0;
};

} // namespace postern::milter
