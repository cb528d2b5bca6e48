// Signals as a stream of numbers that the main thread reads.
//
// The main thread keeps them unblocked and handled, every other thread blocks them. A library that
// waits for signals in a thread of its own (libmilter does) would still win some of them:
// milters/frame/signal_guard.hpp.
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
