// Serves a Service by libmilter on any number of sockets, from threads of its own.
//
//     MilterServer server(make_service(), log);
//     server.start(std::move(listeners));
//     ... server.ended_fd() is readable if libmilter gave up ...
//     server.stop(std::chrono::seconds(30));
#pragma once

#include "common/base/log.hpp"
#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"
#include "common/daemon/listener.hpp"
#include "milters/frame/session.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace postern::milter {

/// One per process and once per process: libmilter keeps its state in globals.
class MilterServer {
public:
    MilterServer(Service service, Log& log);
    ~MilterServer();
    MilterServer(const MilterServer&) = delete;
    MilterServer& operator=(const MilterServer&) = delete;

    /// Returns once libmilter's thread runs. Signals should be blocked in the calling thread, so
    /// that the new ones block them.
    Result<void> start(std::vector<daemon::Listener> listeners);
    /// Readable when libmilter ended by itself.
    [[nodiscard]] int ended_fd() const noexcept;
    /// Takes no new connections; a new message on an old connection is answered 4xx; messages under
    /// way finish, for as long as `timeout`. No session runs any more when this returns. If one
    /// does not return, the process ends here, since its objects are in use. Start once: libmilter
    /// cannot be started again.
    void stop(std::chrono::milliseconds timeout);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace postern::milter
