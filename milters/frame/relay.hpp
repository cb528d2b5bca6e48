// More than one socket for a libmilter that listens on one.
//
// libmilter accepts from a single descriptor. The first socket of the configuration is handed to it
// and costs nothing; connections to the others are accepted here, by one thread, and copied to and
// fro over a connection to the first. That costs two reads, two writes and a switch of threads for
// each exchange of packets, so the socket with most mail should stand first. Handing connections
// over would be cheaper, but libmilter has no door for them; an engine of our own would listen on
// all sockets itself.
#pragma once

#include "common/base/log.hpp"
#include "common/base/result.hpp"
#include "common/daemon/listener.hpp"
#include "milters/frame/local_target.hpp"

#include <memory>
#include <thread>
#include <vector>

namespace postern::milter {

class Relay {
public:
    /// Carries from `listeners` to `target`, which must outlive the relay. The thread starts at
    /// once; signals should be blocked in the calling one.
    Relay(std::vector<daemon::Listener> listeners, const LocalTarget& target, Log& log);
    ~Relay(); ///< ends the thread and cuts what is still connected
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    /// Closes the listeners and removes their files; connections under way are carried on.
    void stop_accepting();

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
    std::thread thread_;
};

} // namespace postern::milter
