// libmilter listens on one socket. Connections to any further one are carried to it by this thread:
// two more copies and wake-ups per packet, which only the users of a second listener pay. An engine
// of our own would make it superfluous.
#pragma once

#include "common/base/unique_fd.hpp"
#include "common/daemon/listener.hpp"

#include <sys/socket.h>

#include <memory>
#include <thread>
#include <vector>

namespace postern::milter {

class Relay {
public:
    /// Carries from `listeners` to the socket that listens at `target`. The thread starts at once.
    Relay(std::vector<daemon::Listener> listeners, const sockaddr_storage& target, socklen_t size);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    /// Closes the listeners; connections under way are carried on.
    void stop_accepting();

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
    std::thread thread_;
};

} // namespace postern::milter
