// postern-verify as a process, spoken to in milter packets: many messages that wait for DNS at
// once, reload, wrong configuration.
#include "tests/support/daemon_process.hpp"
#include "tests/support/raw_milter.hpp"
#include "tests/unit/verify/rfc8463_message.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <memory>

namespace postern::verify {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using testing::HasSubstr;

class VerifyDaemon : public testing::Test {
protected:
    void start(const std::string& zone, const std::string& dns = {},
               const std::string& verify = {}) {
        directory_.write("zone", zone);
        write(dns, verify);
        daemon_ =
            std::make_unique<DaemonProcess>(std::vector<std::string>{"-c", directory_.path("c")},
                                            std::vector<std::string>{}, "postern-verify");
        ASSERT_TRUE(daemon_->ready()) << daemon_->output();
    }
    void write(const std::string& dns, const std::string& verify) {
        directory_.write("c", "[dns]\nfixture = zone\n" + dns +
                                  "[verify]\nlisten = unix:" + directory_.path("s") +
                                  "\ntime = " + std::to_string(kSignedAt) + "\n" + verify);
    }
    [[nodiscard]] RawMilter mta() const {
        RawMilter client(*SocketAddress::parse("unix:" + directory_.path("s")));
        EXPECT_TRUE(client.negotiate().has_value());
        client.send(frame('D', "C" + strings({"j", "mx.example.org"})) +
                    connect_frame("mx.football.example.com", "192.0.2.1") +
                    frame('H', strings({"mx.football.example.com"})));
        return client;
    }
    /// The message of RFC 8463 A.3 up to its end, which is not sent yet.
    static void send_message(RawMilter& client, std::string_view sender) {
        client.send(frame('M', strings({sender})));
        ASSERT_EQ(client.reply().command, 'c');
        std::string all = frame('L', strings({"DKIM-Signature", to_lf(kRsaSignature.second)}));
        for (const auto& [name, value] : kFields)
            all += frame('L', strings({name, value}));
        client.send(all + frame('B', kBody));
    }
    static std::string to_lf(std::string_view text) {
        std::string out;
        for (const char c : text)
            if (c != '\r') out += c;
        return out;
    }
    /// The reply; edits before it, joined.
    static char finish(RawMilter& client, std::string& edits) {
        client.send(frame('E'));
        while (true) {
            const RawMilter::Frame frame = client.reply(30s);
            if (frame.command != 'i' && frame.command != 'm' && frame.command != 'p' &&
                frame.command != 'q')
                return frame.command;
            edits += frame.data;
        }
    }

    TemporaryDirectory directory_;
    std::unique_ptr<DaemonProcess> daemon_;
};

TEST_F(VerifyDaemon, VerifiesAndStops) {
    start(std::string(kZone));
    RawMilter client = mta();
    for (int i = 0; i < 3; ++i) {
        send_message(client, "<joe@football.example.com>");
        std::string edits;
        EXPECT_EQ(finish(client, edits), 'c');
        EXPECT_THAT(edits, HasSubstr(" mx.example.org;\n\tdkim=pass"));
        EXPECT_THAT(edits, HasSubstr("spf=pass smtp.mailfrom=joe@football.example.com"));
    }
    EXPECT_TRUE(daemon_->says("action=verified dkim=pass:football.example.com spf=pass"));
    daemon_->signal(SIGTERM);
    EXPECT_EQ(daemon_->wait(), 0) << daemon_->output();
}

// libmilter leaves packets that come together to a worker that is busy; see worker_call.hpp.
TEST_F(VerifyDaemon, FiftyMessagesWaitForDnsSideBySide) {
    start("$DELAY 500ms\n" + std::string(kZone), "cache-size = 0\n");
    std::vector<RawMilter> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(mta());
        send_message(clients.back(), "<joe@football.example.com>");
    }
    const auto began = std::chrono::steady_clock::now();
    for (RawMilter& client : clients)
        client.send(frame('E'));
    for (RawMilter& client : clients) {
        std::string edits;
        EXPECT_EQ(finish(client, edits), 'c');
        EXPECT_THAT(edits, HasSubstr("dkim=pass"));
    }
    // Everything is asked at once, so 500 ms; whoever waits for another message takes 1000.
    EXPECT_LT(std::chrono::steady_clock::now() - began, 950ms);
}

TEST_F(VerifyDaemon, TellsTheMtaThatItStillWorks) {
    start("$DELAY 2500ms\n" + std::string(kZone), "cache-size = 0\n");
    RawMilter client = mta();
    send_message(client, "<joe@football.example.com>");
    client.send(frame('E'));
    EXPECT_EQ(client.reply().command, 'p');
    EXPECT_EQ(client.reply().command, 'p');
}

TEST_F(VerifyDaemon, ReloadBringsInNewOptionsOrNothing) {
    start(std::string(kZone));
    RawMilter client = mta();
    send_message(client, "<joe@elsewhere.example>");
    std::string edits;
    EXPECT_EQ(finish(client, edits), 'c');

    write({}, "on-spf-fail = sometimes\n");
    daemon_->signal(SIGHUP);
    EXPECT_TRUE(daemon_->says("[verify] on-spf-fail"));
    write({}, "authserv-id = new.example\n");
    daemon_->signal(SIGHUP);
    EXPECT_TRUE(daemon_->says("reloaded"));
    send_message(client, "<joe@football.example.com>");
    edits.clear();
    EXPECT_EQ(finish(client, edits), 'c');
    EXPECT_THAT(edits, HasSubstr(" new.example;\n\tdkim=pass"));
}

TEST_F(VerifyDaemon, EveryProblemOfTheConfigurationIsListed) {
    directory_.write("zone", "nonsense (\n");
    write("attempts = 0\n", "internal-hosts = 0.0.0.0/0\nmin-rsa-bits = 512\ntag-header = a:b\n"
                            "remove-headers = X:Y\ntimeout = 0\nreject-text =\n");
    DaemonProcess daemon({"-n", "-c", directory_.path("c")}, {}, "postern-verify");
    EXPECT_EQ(daemon.wait(), 78);
    for (const char* option : {"[dns] attempts", "[verify] internal-hosts", "[verify] min-rsa-bits",
                               "[verify] tag-header", "[verify] remove-headers", "[verify] timeout",
                               "[verify] reject-text"})
        EXPECT_THAT(daemon.output(), HasSubstr(option));
}

TEST_F(VerifyDaemon, AFixtureThatCannotBeReadIsAProblem) {
    directory_.write("zone", "nonsense (\n");
    write({}, {});
    DaemonProcess daemon({"-n", "-c", directory_.path("c")}, {}, "postern-verify");
    EXPECT_EQ(daemon.wait(), 78);
    EXPECT_THAT(daemon.output(), testing::ContainsRegex("c:2: \\[dns\\] fixture: .*zone:2: "));
}

} // namespace
} // namespace postern::verify
