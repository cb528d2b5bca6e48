// From libmilter's C callbacks to Session steps, and back. It translates, guards and forwards; it
// decides nothing. Together with milter_server.cpp the only place that knows libmilter.
#pragma once

#include "common/base/log.hpp"
#include "milters/frame/session.hpp"

#include <atomic>
#include <cstddef>

struct smfiDesc;

namespace postern::milter {

class WorkerCall;

/// What the callbacks work for. libmilter serves one filter per process and its callbacks carry no
/// pointer of ours before a connection has one, so there is one Host at a time (see install).
struct Host {
    const Service& service;
    Log& log;
    std::atomic<WorkerCall*> workers{nullptr};
    std::atomic<bool> draining{false};    ///< new messages are refused for now
    std::atomic<std::size_t> messages{0}; ///< between MAIL and their end
    /// What was negotiated last, for a connection that libmilter uses again without negotiation.
    std::atomic<bool> leading_space{true}, skips{true};
    std::atomic<bool> told_of_leading_space{false};
};

/// Makes `host` the one the callbacks work for; null: callbacks answer tempfail and touch nothing.
void install(Host* host) noexcept;
/// Callbacks that run at this moment. After install(nullptr) and zero here the host may go.
std::size_t callbacks_running() noexcept;

/// The table smfi_register() wants, for this service: steps that are Off have no callback. Good
/// while `service` lives.
smfiDesc describe(const Service& service);

} // namespace postern::milter
