// Signals as a stream of numbers that the main thread reads.
//
// libmilter starts a thread that takes HUP, TERM and INT by sigwait(3) and stops the milter on each
// of them; a reload would be the end. Linux gives a signal sent to a process to its main thread
// whenever that thread does not block it, and only otherwise to another one: so the main thread
// keeps them unblocked and handled, every other thread blocks them, and libmilter's thread waits
// for nothing.
#pragma once

#include "common/base/unique_fd.hpp"

#include <chrono>
#include <optional>

namespace postern::daemon {

class Signals {
public:
    /// Installs handlers for HUP, USR1, TERM and INT, ignores PIPE. Once per process, by the main
    /// thread, before others start.
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// The next signal; nothing when `timeout` passed first, or when `watched` (a descriptor, or
    /// -1) became readable.
    std::optional<int> wait(std::optional<std::chrono::milliseconds> timeout, int watched = -1);

private:
    UniqueFd read_end_, write_end_;
};

/// Blocks these signals in the calling thread while it lives, so that threads started meanwhile
/// inherit that.
class BlockSignals {
public:
    BlockSignals();
    ~BlockSignals();
    BlockSignals(const BlockSignals&) = delete;
    BlockSignals& operator=(const BlockSignals&) = delete;
};

} // namespace postern::daemon
