// SIGTERM: messages under way finish, new ones wait, nothing hangs.
#include "tests/unit/frame/echo_fixture.hpp"

namespace postern::milter {
namespace {

using Clock = std::chrono::steady_clock;

TEST_F(EchoMilter, StopsAtOnceWhenNothingIsUnderWay) {
    start();
    expect_service();
    const auto began = Clock::now();
    expect_end();
    EXPECT_LT(Clock::now() - began, 3s) << "libmilter itself takes up to five";
    EXPECT_FALSE(std::filesystem::exists(directory_.path("s")));
}

TEST_F(EchoMilter, StopsAtOnceBeforeAnybodyCalled) {
    start();
    expect_end();
}

TEST_F(EchoMilter, FinishesTheMessageUnderWay) {
    start();
    RawMilter busy = mta_ready();
    RawMilter idle = mta_ready();
    busy.send(frame('M', strings({"<a@b>"})));
    ASSERT_EQ(busy.reply().command, 'c');
    busy.send(frame('L', strings({"Subject", " x"})) + frame('N'));
    ASSERT_EQ(busy.reply().command, 'c');
    daemon_->signal(SIGTERM);
    ASSERT_TRUE(daemon_->says("stopping"));
    EXPECT_FALSE(daemon_->wait(300ms).has_value()) << "waits for the message";
    // A new message on an old connection is put off ...
    idle.send(frame('M', strings({"<c@d>"})));
    const RawMilter::Frame answer = idle.reply();
    EXPECT_EQ(answer.command, 'y');
    EXPECT_THAT(answer.data, testing::StartsWith("451 4.3.2 "));
    // ... a new connection finds nobody, and the old message ends well.
    EXPECT_FALSE(mta().connected());
    busy.send(frame('B', "hello\r\n") + frame('E'));
    EXPECT_EQ(busy.reply().command, 'i');
    EXPECT_EQ(busy.reply().command, 'c');
    EXPECT_EQ(daemon_->wait(), 0) << daemon_->output();
}

TEST_F(EchoMilter, FinishesTheMessageUnderWayOnARelayedSocket) {
    start({}, {"unix:" + directory_.path("s"), "unix:" + directory_.path("t")});
    RawMilter busy = mta_ready("unix:" + directory_.path("t"));
    busy.send(frame('M', strings({"<a@b>"})));
    ASSERT_EQ(busy.reply().command, 'c');
    daemon_->signal(SIGTERM);
    ASSERT_TRUE(daemon_->says("stopping"));
    busy.send(frame('N'));
    ASSERT_EQ(busy.reply().command, 'c');
    busy.send(frame('B', "hello\r\n") + frame('E'));
    EXPECT_EQ(busy.reply().command, 'i');
    EXPECT_EQ(busy.reply().command, 'c');
    EXPECT_EQ(daemon_->wait(), 0) << daemon_->output();
}

TEST_F(EchoMilter, GivesUpAfterStopTimeout) {
    start("stop-timeout = 1s\n");
    RawMilter busy = mta_ready();
    busy.send(frame('M', strings({"<a@b>"})));
    ASSERT_EQ(busy.reply().command, 'c');
    expect_end();
    EXPECT_THAT(daemon_->output(), HasSubstr("stop-timeout"));
}

TEST_F(EchoMilter, ASessionThatDoesNotReturnCannotKeepIt) {
    start("stop-timeout = 1s\n");
    RawMilter busy = mta_ready();
    busy.send(frame('M', strings({"<a@b>"})));
    ASSERT_EQ(busy.reply().command, 'c');
    busy.send(frame('L', strings({"X-Sleep", " 60000"})) + frame('N'));
    ASSERT_EQ(busy.reply().command, 'c');
    busy.send(frame('E'));
    std::this_thread::sleep_for(100ms);
    expect_end();
}

TEST_F(EchoMilter, SuccessorTakesTheSocketWhileMessagesFinish) {
    start();
    RawMilter busy = mta_ready();
    busy.send(frame('M', strings({"<a@b>"})));
    ASSERT_EQ(busy.reply().command, 'c');
    daemon_->signal(SIGTERM);
    ASSERT_TRUE(daemon_->says("stopping"));
    for (int i = 0; i < 100 && mta().connected(); ++i)
        std::this_thread::sleep_for(10ms);
    DaemonProcess successor({"-c", configuration_});
    ASSERT_TRUE(successor.ready()) << successor.output();
    expect_service();
    busy.send(frame('N'));
    EXPECT_EQ(busy.reply().command, 'c');
    busy.send(frame('E'));
    EXPECT_EQ(busy.reply().command, 'i');
    EXPECT_EQ(busy.reply().command, 'c');
    EXPECT_EQ(daemon_->wait(), 0);
    expect_service(); // the end of the old one did not take the new one's socket file
}

} // namespace
} // namespace postern::milter
