// A running echo milter on sockets of its own, for the tests of this directory.
#pragma once

#include "tests/support/daemon_process.hpp"
#include "tests/support/raw_milter.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>

namespace postern::milter {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing_support::DaemonProcess;
using testing_support::frame;
using testing_support::RawMilter;
using testing_support::strings;

class EchoMilter : public testing::Test {
protected:
    /// Text of [echo] without `listen`, which is the unix socket unless `listen` says otherwise.
    void start(const std::string& options = {}, std::vector<std::string> listen = {}) {
        if (listen.empty()) listen = {"unix:" + directory_.path("s")};
        std::string text = "[echo]\n";
        for (const std::string& socket : listen)
            text += "listen = " + socket + "\n";
        configuration_ = directory_.write("c", text + options);
        head_ = text;
        daemon_ = std::make_unique<DaemonProcess>(std::vector<std::string>{"-c", configuration_});
        ASSERT_TRUE(daemon_->ready()) << daemon_->output();
    }
    void rewrite(const std::string& options) { directory_.write("c", head_ + options); }

    [[nodiscard]] RawMilter mta(const std::string& socket = {}) const {
        return RawMilter(
            *SocketAddress::parse(socket.empty() ? "unix:" + directory_.path("s") : socket));
    }
    /// One that negotiated and told of a client.
    [[nodiscard]] RawMilter mta_ready(const std::string& socket = {}) const {
        RawMilter client = mta(socket);
        EXPECT_TRUE(client.negotiate().has_value());
        EXPECT_TRUE(client.send(testing_support::connect_frame()));
        return client;
    }
    /// The daemon serves a message, whatever was done to it before.
    void expect_service(const std::string& socket = {}) {
        RawMilter client = mta_ready(socket);
        EXPECT_EQ(client.message().command, 'c') << daemon_->output();
        ASSERT_EQ(client.edits.size(), 1U);
        EXPECT_THAT(client.edits[0].data, HasSubstr("sender=<ann@example.org>"));
    }
    void expect_end() {
        daemon_->signal(SIGTERM);
        EXPECT_EQ(daemon_->wait(), 0) << daemon_->output();
    }

    testing_support::TemporaryDirectory directory_;
    std::string configuration_, head_;
    std::unique_ptr<DaemonProcess> daemon_;
};

} // namespace postern::milter
