// Signals as numbers to be read.
#include "common/daemon/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace postern::daemon {
namespace {

using namespace std::chrono_literals;

TEST(Signals, ComeInTheirOrderOnce) {
    Signals signals;
    ::kill(::getpid(), SIGHUP);
    ::kill(::getpid(), SIGUSR1);
    ::kill(::getpid(), SIGTERM);
    EXPECT_EQ(signals.wait(1s), SIGHUP);
    EXPECT_EQ(signals.wait(1s), SIGUSR1);
    EXPECT_EQ(signals.wait(1s), SIGTERM);
    EXPECT_EQ(signals.wait(10ms), std::nullopt);
}

TEST(Signals, ReachTheMainThreadWhileOthersBlockThem) {
    Signals signals;
    std::thread other;
    {
        const BlockSignals blocked;
        other = std::thread([] { std::this_thread::sleep_for(200ms); });
    }
    for (int i = 0; i < 50; ++i) {
        ::kill(::getpid(), SIGHUP);
        EXPECT_EQ(signals.wait(1s), SIGHUP);
    }
    other.join();
}

TEST(Signals, PipeIsIgnored) {
    const Signals signals;
    ::raise(SIGPIPE);
    SUCCEED();
}

} // namespace
} // namespace postern::daemon
