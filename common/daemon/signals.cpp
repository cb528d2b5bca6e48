#include "common/daemon/signals.hpp"

#include "common/base/invariant.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace postern::daemon {
namespace {

constexpr std::array kSignals{SIGHUP, SIGUSR1, SIGTERM, SIGINT};
std::atomic<int> signal_pipe{-1}; // a handler has no argument of ours

extern "C" void note_signal(int number) {
    const int saved = errno;
    const auto octet = static_cast<unsigned char>(number);
    [[maybe_unused]] const auto written =
        ::write(signal_pipe.load(), &octet, 1); // full: enough are waiting
    errno = saved;
}

sigset_t signal_set() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : kSignals)
        sigaddset(&set, number);
    return set;
}

} // namespace

Signals::Signals() {
    std::array<int, 2> ends{};
    invariant(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0, "no pipe for signals");
    read_end_.reset(ends[0]);
    write_end_.reset(ends[1]);
    signal_pipe = ends[1];
    struct sigaction action {};
    action.sa_handler = note_signal;
    action.sa_flags = SA_RESTART;
    for (const int number : kSignals)
        ::sigaction(number, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    const sigset_t set = signal_set();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Signals::~Signals() {
    for (const int number : kSignals)
        std::signal(number, SIG_DFL);
    signal_pipe = -1;
}

std::optional<int> Signals::wait(std::optional<std::chrono::milliseconds> timeout, int watched) {
    std::array<pollfd, 2> wanted{{{.fd = read_end_.get(), .events = POLLIN, .revents = 0},
                                  {.fd = watched, .events = POLLIN, .revents = 0}}};
    for (;;) {
        unsigned char octet = 0;
        if (::read(read_end_.get(), &octet, 1) == 1) return octet;
        const int ready =
            ::poll(wanted.data(), wanted.size(), timeout ? static_cast<int>(timeout->count()) : -1);
        if (ready == 0) return std::nullopt;
        if (ready > 0 && wanted[0].revents == 0) return std::nullopt;
    }
}

BlockSignals::BlockSignals() {
    const sigset_t set = signal_set();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

BlockSignals::~BlockSignals() {
    const sigset_t set = signal_set();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace postern::daemon
