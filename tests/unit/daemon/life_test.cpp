// The life of a daemon from outside: exit codes, what it says, pid file, systemd's notifications,
// privileges.
#include "common/base/file.hpp"
#include "tests/support/daemon_process.hpp"
#include "tests/support/raw_milter.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace postern::daemon {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing_support::DaemonProcess;
using testing_support::RawMilter;
using testing_support::TemporaryDirectory;

class Life : public testing::Test {
protected:
    std::string configure(const std::string& options) const {
        return directory_.write("c",
                                "[echo]\nlisten = unix:" + directory_.path("s") + "\n" + options);
    }
    TemporaryDirectory directory_;
};

TEST_F(Life, ReadyThenStoppedByTerm) {
    DaemonProcess daemon({"-c", configure("")});
    ASSERT_TRUE(daemon.ready()) << daemon.output();
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Life, ReadyIsSaidOnStderrThoughTheLogGoesToSyslog) {
    DaemonProcess daemon({"-c", configure("[log]\ntarget = syslog\nlevel = error\n")});
    EXPECT_TRUE(daemon.ready()) << daemon.output();
    daemon.signal(SIGINT);
    EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Life, EveryProblemIsToldAndTheExitCodeIs78) {
    DaemonProcess daemon({"-c", configure("generation = bad\nlisten = tcp:1\nuser = nobody-here\n"
                                          "nonsense = 1\n")});
    EXPECT_EQ(daemon.wait(), 78);
    for (const char* part : {"is bad", "tcp:1", "nobody-here", "nonsense", "not started"})
        EXPECT_THAT(daemon.output(), HasSubstr(part));
}

TEST_F(Life, CheckOnlyOpensNothing) {
    DaemonProcess right({"-n", "-c", configure("")});
    EXPECT_EQ(right.wait(), 0);
    EXPECT_NE(::access(directory_.path("s").c_str(), F_OK), 0);
    DaemonProcess wrong({"-n", "-c", configure("generation = bad\n")});
    EXPECT_EQ(wrong.wait(), 78);
}

TEST_F(Life, UsageIs64AndATakenSocketIs69) {
    DaemonProcess usage({"--no-such-option"});
    EXPECT_EQ(usage.wait(), 64);
    DaemonProcess first({"-c", configure("")});
    ASSERT_TRUE(first.ready());
    DaemonProcess second({"-c", configure("")});
    EXPECT_EQ(second.wait(), 69);
    EXPECT_THAT(second.output(), HasSubstr("another process listens there"));
    EXPECT_TRUE(RawMilter(*SocketAddress::parse("unix:" + directory_.path("s"))).connected());
}

TEST_F(Life, PidFileIsThereWhileItRuns) {
    DaemonProcess daemon({"-c", configure("pid-file = " + directory_.path("p") + "\n")});
    ASSERT_TRUE(daemon.ready()) << daemon.output();
    const auto file = read_file(directory_.path("p"), 100);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->text, std::to_string(daemon.pid()) + "\n");
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(), 0);
    EXPECT_NE(::access(directory_.path("p").c_str(), F_OK), 0);
}

TEST_F(Life, TellsSystemdEveryTurn) {
    const std::string path = directory_.path("n");
    const UniqueFd notify(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.data(), path.size());
    ASSERT_EQ(::bind(notify.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(notify.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const auto next = [&] {
        std::array<char, 1000> text{};
        const ssize_t got = ::recv(notify.get(), text.data(), text.size(), 0);
        return std::string(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    };
    DaemonProcess daemon({"-c", configure("")}, {"NOTIFY_SOCKET=" + path});
    EXPECT_THAT(next(), HasSubstr("READY=1"));
    daemon.signal(SIGHUP);
    EXPECT_THAT(next(), testing::AllOf(HasSubstr("RELOADING=1"), HasSubstr("MONOTONIC_USEC=")));
    EXPECT_THAT(next(), HasSubstr("READY=1"));
    daemon.signal(SIGTERM);
    EXPECT_THAT(next(), HasSubstr("STOPPING=1"));
    EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(Life, WithoutPrivilegesItStillServesReloadsAndStops) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root has privileges to drop";
    // The second socket is reached through the first, which belongs to the user it becomes.
    ASSERT_EQ(::chmod(directory_.path("").c_str(), 0755), 0);
    const std::string file = directory_.write("f", "root only");
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    const std::string configuration = configure(
        "user = nobody\nlisten = unix:" + directory_.path("t") + "\nneed-file = " + file + "\n");
    ASSERT_EQ(::chmod(configuration.c_str(), 0644), 0);
    DaemonProcess daemon({"-c", configuration});
    ASSERT_TRUE(daemon.ready()) << daemon.output();
    for (const char* socket : {"s", "t"}) {
        RawMilter client(*SocketAddress::parse("unix:" + directory_.path(socket)));
        ASSERT_TRUE(client.negotiate().has_value()) << socket;
        client.send(testing_support::connect_frame());
        EXPECT_EQ(client.message().command, 'c') << socket;
    }
    daemon.signal(SIGHUP); // read by root at start, not readable now
    EXPECT_TRUE(daemon.says("old configuration stays")) << daemon.output();
    EXPECT_THAT(daemon.output(), HasSubstr("Permission denied"));
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(5s), 0);
}

} // namespace
} // namespace postern::daemon
