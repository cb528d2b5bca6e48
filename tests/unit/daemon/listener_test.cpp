// Sockets that listen: files, modes, stale and live ones, both families.
#include "common/daemon/listener.hpp"
#include "tests/support/daemon_process.hpp"
#include "tests/support/raw_milter.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

namespace postern::daemon {
namespace {

using testing::HasSubstr;
using testing_support::RawMilter;
using testing_support::TemporaryDirectory;

SocketAddress at(const std::string& text) { return *SocketAddress::parse(text); }

struct stat status_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
}

TEST(Listener, UnixSocketHasItsModeAndGoesWithIt) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("s");
    {
        const auto listener = Listener::open(at("unix:" + path), {.mode = 0620});
        ASSERT_TRUE(listener) << listener.error().message;
        EXPECT_TRUE(S_ISSOCK(status_of(path).st_mode));
        EXPECT_EQ(status_of(path).st_mode & 07777U, 0620U);
        EXPECT_TRUE(RawMilter(at("unix:" + path)).connected());
    }
    EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(Listener, UnixSocketHasItsOwnerAndGroup) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
    const TemporaryDirectory directory;
    const std::string path = directory.path("s");
    const auto listener =
        Listener::open(at("unix:" + path), {.mode = 0660, .owner = 65534, .group = 12345});
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_EQ(status_of(path).st_uid, 65534U);
    EXPECT_EQ(status_of(path).st_gid, 12345U);
}

/// A socket file whose process is gone.
void leave_stale_socket(const std::string& path) {
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.data(), path.size());
    ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
}

TEST(Listener, StaleSocketIsReplaced) {
    const TemporaryDirectory directory;
    leave_stale_socket(directory.path("s"));
    const auto listener = Listener::open(at("unix:" + directory.path("s")));
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_TRUE(RawMilter(listener->address()).connected());
}

TEST(Listener, LiveSocketIsRefusedAndLivesOn) {
    const TemporaryDirectory directory;
    const auto first = Listener::open(at("unix:" + directory.path("s")));
    ASSERT_TRUE(first);
    const auto second = Listener::open(at("unix:" + directory.path("s")));
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr("another process listens there"));
    EXPECT_TRUE(RawMilter(first->address()).connected());
}

TEST(Listener, OtherFilesAreNeverRemoved) {
    const TemporaryDirectory directory;
    const std::string path = directory.write("s", "precious");
    const auto listener = Listener::open(at("unix:" + path));
    ASSERT_FALSE(listener);
    EXPECT_THAT(listener.error().message, HasSubstr("no socket"));
    EXPECT_EQ(status_of(path).st_size, 8);
    ASSERT_EQ(::symlink(path.c_str(), directory.path("link").c_str()), 0);
    EXPECT_FALSE(Listener::open(at("unix:" + directory.path("link"))));
    EXPECT_TRUE(S_ISLNK(status_of(directory.path("link")).st_mode));
}

TEST(Listener, DoesNotRemoveTheFileOfASuccessor) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("s");
    auto first = Listener::open(at("unix:" + path));
    ASSERT_TRUE(first);
    ASSERT_EQ(::rename(path.c_str(), directory.path("moved").c_str()), 0);
    const auto second = Listener::open(at("unix:" + path));
    ASSERT_TRUE(second) << second.error().message;
    first->unlink();
    EXPECT_TRUE(RawMilter(at("unix:" + path)).connected());
}

TEST(Listener, NoDirectoryIsAnErrorWithTheSocketsName) {
    const auto listener = Listener::open(at("unix:/nonexistent/s"));
    ASSERT_FALSE(listener);
    EXPECT_THAT(listener.error().message, HasSubstr("unix:/nonexistent/s: No such file"));
}

TEST(Listener, InetSocketIsExclusiveAndCanBeHadAgainAtOnce) {
    const SocketAddress address =
        at("inet:127.0.0.1:" + std::to_string(testing_support::free_port()));
    for (int i = 0; i < 3; ++i) {
        const auto listener = Listener::open(address);
        ASSERT_TRUE(listener) << listener.error().message;
        const RawMilter client(address);
        EXPECT_TRUE(client.connected());
        const auto second = Listener::open(address);
        ASSERT_FALSE(second);
        EXPECT_THAT(second.error().message, HasSubstr("another process listens there"));
    }
}

TEST(Listener, Inet6IsNotInet) {
    const std::string port = std::to_string(testing_support::free_port());
    const auto v6 = Listener::open(at("inet6:" + port));
    if (!v6) GTEST_SKIP() << "no IPv6 here: " << v6.error().message;
    const auto v4 = Listener::open(at("inet:0.0.0.0:" + port));
    EXPECT_TRUE(v4) << v4.error().message;
}

} // namespace
} // namespace postern::daemon
