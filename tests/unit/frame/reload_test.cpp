// SIGHUP in every rhythm: the daemon lives, no message suffers, the new configuration comes whole
// or not at all.
#include "tests/unit/frame/echo_fixture.hpp"

#include <atomic>
#include <thread>

namespace postern::milter {
namespace {

std::string generation_seen(RawMilter& client) {
    if (client.message().command != 'c' || client.edits.size() != 1) return "no answer";
    const std::string& text = client.edits[0].data;
    const auto at = text.find("generation=");
    return text.substr(at + 11, text.find('\n', at) - at - 11);
}

TEST_F(EchoMilter, ReloadBringsTheNewConfiguration) {
    start("generation = one\n");
    RawMilter client = mta_ready();
    EXPECT_EQ(generation_seen(client), "one");
    rewrite("generation = two\nsocket-mode = 0600\n");
    daemon_->signal(SIGHUP);
    ASSERT_TRUE(daemon_->says("reloaded")) << daemon_->output();
    EXPECT_EQ(generation_seen(client), "two") << "connections live on";
    EXPECT_THAT(daemon_->output(), HasSubstr("[echo] socket-mode changed"));
    EXPECT_THAT(daemon_->output(), HasSubstr("restart"));
}

TEST_F(EchoMilter, BadReloadKeepsTheOldConfigurationAndSaysWhatIsWrong) {
    start("generation = one\n");
    RawMilter client = mta_ready();
    rewrite("generation = bad\nno-such-option = 1\n");
    daemon_->signal(SIGHUP);
    ASSERT_TRUE(daemon_->says("old configuration stays")) << daemon_->output();
    EXPECT_THAT(daemon_->output(), HasSubstr("no-such-option"));
    EXPECT_THAT(daemon_->output(), HasSubstr("is bad"));
    EXPECT_EQ(generation_seen(client), "one");
    rewrite("generation = three\n");
    daemon_->signal(SIGUSR1);
    ASSERT_TRUE(daemon_->says("reloaded"));
    EXPECT_EQ(generation_seen(client), "three");
}

TEST_F(EchoMilter, MessageUnderWayKeepsTheConfigurationItBeganWith) {
    start("generation = one\n");
    RawMilter client = mta_ready();
    client.send(frame('M', strings({"<a@b>"})));
    ASSERT_EQ(client.reply().command, 'c');
    rewrite("generation = two\n");
    daemon_->signal(SIGHUP);
    ASSERT_TRUE(daemon_->says("reloaded"));
    client.send(frame('N'));
    ASSERT_EQ(client.reply().command, 'c');
    client.send(frame('E'));
    EXPECT_THAT(client.reply().data, HasSubstr("generation=one"));
}

TEST_F(EchoMilter, SurvivesABurstOfSignalsUnderLoad) {
    start("generation = one\n", {"unix:" + directory_.path("s"), "unix:" + directory_.path("t")});
    std::atomic<bool> over{false};
    std::atomic<int> good{0}, bad{0};
    std::vector<std::thread> load;
    for (int i = 0; i < 4; ++i)
        load.emplace_back([&, i] {
            RawMilter client = mta("unix:" + directory_.path(i % 2 == 0 ? "s" : "t"));
            if (!client.negotiate()) ++bad;
            client.send(testing_support::connect_frame());
            while (!over)
                ++(client.message().command == 'c' ? good : bad);
        });
    // libmilter stops for a HUP; one that its thread gets to see would be the end. Mixed signals,
    // since a thread with one pending is passed over by the kernel for the next.
    for (int i = 0; i < 200; ++i) {
        daemon_->signal(i % 3 == 1 ? SIGUSR1 : SIGHUP);
        if (i % 10 == 0) std::this_thread::sleep_for(10ms);
        if (i % 50 == 0) {
            ASSERT_TRUE(daemon_->alive()) << i;
        }
    }
    std::this_thread::sleep_for(300ms);
    over = true;
    for (std::thread& thread : load)
        thread.join();
    EXPECT_EQ(bad, 0);
    EXPECT_GT(good, 50);
    expect_service();
    expect_end();
}

} // namespace
} // namespace postern::milter
