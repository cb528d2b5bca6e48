// An MTA that is none: whatever it sends, the daemon lives and serves the next one.
#include "tests/support/name_of.hpp"
#include "tests/unit/frame/echo_fixture.hpp"

#include <sys/resource.h>

#include <thread>

namespace postern::milter {
namespace {

using testing_support::connect_frame;
using testing_support::negotiation;
using testing_support::number;

std::string words(std::initializer_list<std::string> frames) {
    std::string all;
    for (const std::string& one : frames)
        all += one;
    return all;
}
std::string mail() { return frame('M', strings({"<a@b>"})); }
std::string garbage() {
    std::string bytes;
    std::uint32_t state = 12345;
    for (int i = 0; i < 5000; ++i) {
        state = state * 1664525 + 1013904223;
        bytes += static_cast<char>(state >> 24);
    }
    return bytes;
}

struct AbuseCase {
    const char* name;
    std::string bytes;
};
class Abuse : public EchoMilter, public testing::WithParamInterface<AbuseCase> {};

TEST_P(Abuse, ThenHangUp) {
    start();
    for (int i = 0; i < 3; ++i) {
        RawMilter client = mta();
        client.send(GetParam().bytes);
        client.reply(50ms);
    }
    expect_service();
    EXPECT_TRUE(daemon_->alive());
    expect_end();
}

TEST_P(Abuse, ThenHangUpOnARelayedSocket) {
    start({}, {"unix:" + directory_.path("s"), "unix:" + directory_.path("t")});
    RawMilter client = mta("unix:" + directory_.path("t"));
    client.send(GetParam().bytes);
    client.hang_up();
    expect_service("unix:" + directory_.path("t"));
    expect_end();
}

INSTANTIATE_TEST_SUITE_P(
    Table, Abuse,
    testing::Values(
        AbuseCase{"nothing", ""}, AbuseCase{"half_a_length", std::string(2, '\0')},
        AbuseCase{"truncated_negotiation", negotiation().substr(0, 10)},
        AbuseCase{"short_negotiation", frame('O', number(6))},
        AbuseCase{"old_version", negotiation(0x1fffff, 0x1ff, 1)},
        AbuseCase{"future_version", negotiation(0xffffffff, 0xffffffff, 4000000000U)},
        AbuseCase{"length_of_zero", number(0) + "O"},
        AbuseCase{"length_of_4_GB", number(0xffffffff) + "O" + std::string(1000, 'x')},
        AbuseCase{"length_of_2_GB", number(0x7fffffff) + "B" + std::string(1000, 'x')},
        AbuseCase{"length_over_the_limit", negotiation() + number((1U << 20) + 2) + "B"},
        AbuseCase{"no_negotiation", words({connect_frame(), mail(), frame('E')})},
        AbuseCase{"two_negotiations", words({negotiation(), negotiation(), connect_frame(), mail(),
                                             negotiation(), frame('E')})},
        AbuseCase{"mail_before_connect", words({negotiation(), mail(), frame('N'), frame('E')})},
        AbuseCase{"mail_twice", words({negotiation(), connect_frame(), mail(), mail(), mail()})},
        AbuseCase{"everything_without_mail",
                  words({negotiation(), connect_frame(), frame('L', strings({"A", " b"})),
                         frame('N'), frame('B', "x"), frame('E')})},
        AbuseCase{"end_twice", words({negotiation(), connect_frame(), mail(), frame('N'),
                                      frame('E'), frame('E'), frame('E')})},
        AbuseCase{"body_before_headers",
                  words({negotiation(), connect_frame(), mail(), frame('B', "x"),
                         frame('L', strings({"A", " b"})), frame('N'), frame('E')})},
        AbuseCase{"aborts", words({negotiation(), frame('A'), connect_frame(), frame('A'), mail(),
                                   frame('A'), frame('A')})},
        AbuseCase{"quit_first", words({frame('Q'), negotiation()})},
        AbuseCase{"quit_for_a_new_connection",
                  words({negotiation(), connect_frame(), mail(), frame('A'), frame('K'),
                         connect_frame(), mail(), frame('N'), frame('E')})},
        AbuseCase{"close_in_mid_message",
                  words({negotiation(), connect_frame(), mail(), frame('N'), frame('B', "x")})},
        AbuseCase{"mail_without_terminator",
                  words({negotiation(), connect_frame(), frame('M', "<a@b>")})},
        AbuseCase{"empty_frames", words({negotiation(), frame('C'), frame('M'), frame('L'),
                                         frame('D'), frame('H'), frame('R')})},
        AbuseCase{"header_without_value",
                  words({negotiation(), connect_frame(), mail(), frame('L', strings({"A"}))})},
        AbuseCase{"connect_of_unknown_family",
                  words({negotiation(), frame('C', strings({"x"}) + "9" + std::string(40, 'x'))})},
        AbuseCase{"connect_with_bad_address",
                  words({negotiation(), connect_frame("x", "999.1.1.1")})},
        AbuseCase{"macros_for_nothing", words({negotiation(), frame('D', "Z" + strings({"i", "x"})),
                                               frame('D', "M" + strings({"i"})), frame('D', "M"),
                                               connect_frame(), mail()})},
        AbuseCase{"unknown_command", words({negotiation(), frame('\x7f', "x"), frame('!')})},
        AbuseCase{"garbage", garbage()},
        AbuseCase{"garbage_after_negotiation", negotiation() + garbage()}),
    testing_support::name_of);

TEST_F(EchoMilter, LongHeaderFieldsOfPostfixFit) {
    start();
    RawMilter client = mta_ready();
    client.send(mail());
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('L', strings({"X-Long", " " + std::string(102'400, 'x')})) + frame('N'));
    EXPECT_EQ(client.reply().command, 'c') << "Postfix's header_size_limit is 102400";
}

TEST_F(EchoMilter, SlowSendersHoldUpNobody) {
    start();
    std::vector<std::thread> slow;
    for (int i = 0; i < 20; ++i)
        slow.emplace_back([this] {
            RawMilter client = mta();
            client.drip(negotiation(), 20ms);
            EXPECT_EQ(client.reply().command, 'O');
            client.drip(connect_frame() + mail(), 5ms);
            EXPECT_EQ(client.reply().command, 'c');
        });
    for (int i = 0; i < 10; ++i)
        expect_service();
    for (std::thread& thread : slow)
        thread.join();
    expect_end();
}

TEST_F(EchoMilter, ManyHangUpsLeaveNothingBehind) {
    start();
    for (int i = 0; i < 500; ++i) {
        RawMilter client = mta();
        client.send(negotiation() + connect_frame() + mail());
    }
    expect_service();
    // Descriptors of the daemon: back to a handful once libmilter saw the ends.
    std::size_t open = 0;
    for (int i = 0; i < 500; ++i) {
        const std::filesystem::directory_iterator descriptors(
            "/proc/" + std::to_string(daemon_->pid()) + "/fd");
        open = static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
        if (open < 30) break;
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_LT(open, 30U);
    expect_end();
}

TEST_F(EchoMilter, TenThousandIdleConnections) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    constexpr std::size_t kConnections = 10'000;
    if (limit.rlim_max < kConnections + 100)
        GTEST_SKIP() << "RLIMIT_NOFILE is " << limit.rlim_max << ", too low for 10,000 connections";
    start();
    std::vector<RawMilter> idle;
    idle.reserve(kConnections);
    for (std::size_t i = 0; i < kConnections; ++i) {
        idle.push_back(mta());
        ASSERT_TRUE(idle.back().connected()) << i;
    }
    for (std::size_t i = 0; i < kConnections; i += 1000)
        EXPECT_TRUE(idle[i].negotiate().has_value()) << i;
    expect_service();
    idle.clear();
    expect_service();
    expect_end();
}

} // namespace
} // namespace postern::milter
