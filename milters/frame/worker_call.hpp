// Makes libmilter start a worker, so that connections are not left waiting behind a step that
// waits for DNS.
//
// Debian's libmilter serves connections from a pool. When a packet comes, it counts on a worker
// that is idle to take it, or starts one (worker.c, mi_pool_controller). A worker counts as idle
// until it has really woken up, so of several packets that come at once some are left to a worker
// that then has its own to do. Nobody looks after those: they wait until a worker comes back from
// its step, which is no matter while steps take microseconds. With steps that wait for DNS it takes
// as long as DNS takes: of 50 messages that ended at once and waited 500 ms each, the last took up
// to six seconds.
//
// Any packet on any connection mends it, since the worker for it serves what was left, too. So
// there is a connection of our own to our own socket, the first in libmilter's list and therefore
// the first it serves; before a step waits, a packet without any meaning goes there.
#pragma once

#include "common/base/guarded.hpp"
#include "common/base/unique_fd.hpp"
#include "milters/frame/local_target.hpp"

namespace postern::milter {

class WorkerCall {
public:
    /// To libmilter's socket, which must outlive it; should ring once before other connections.
    explicit WorkerCall(const LocalTarget& target) : target_(target) {}

    /// Any number of threads. What goes wrong is no worse than not ringing.
    void ring() noexcept;

private:
    const LocalTarget& target_;
    Guarded<UniqueFd> connection_;
};

} // namespace postern::milter
