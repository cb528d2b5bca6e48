#include "milters/frame/signal_guard.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

namespace {
std::atomic<bool> caught{false};
}

extern "C" __attribute__((visibility("default"))) int sigwait(const sigset_t*, int*) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    caught = true;
    for (;;)
        ::pause(); // every signal is blocked: it never returns
}

namespace postern::milter {

bool libmilter_leaves_signals(std::chrono::milliseconds patience) noexcept {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!caught) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace postern::milter
