#include "common/dns/server.hpp"

#include <gmock/gmock.h>

namespace postern::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Server server(const std::string& host, std::uint16_t port = 53) {
    return Server::create({.kind = SocketAddress::Kind::Inet, .host = host, .port = port}).value();
}

TEST(Server, IsNamedAsPeopleWriteIt) {
    EXPECT_EQ(server("192.0.2.1").text(), "192.0.2.1");
    EXPECT_EQ(server("192.0.2.1", 5300).text(), "192.0.2.1:5300");
    EXPECT_EQ(server("2001:db8::1", 5300).text(), "[2001:db8::1]:5300");
}

TEST(Server, LoopbackIsThisHostAlone) {
    for (const char* host : {"127.0.0.1", "127.255.0.3", "::1"})
        EXPECT_TRUE(server(host).is_loopback()) << host;
    for (const char* host : {"128.0.0.1", "192.0.2.127", "::2", "2001:db8::1", "fe80::1%lo"})
        EXPECT_FALSE(server(host).is_loopback()) << host;
}

class Order : public testing::Test {
protected:
    ServerList list{{server("192.0.2.1"), server("192.0.2.2"), server("192.0.2.3")}};
    ServerList::Time now{};
    void keep_silent(std::size_t index, unsigned tries) {
        for (unsigned i = 0; i < tries; ++i)
            list.kept_silent(index, now);
    }
};

TEST_F(Order, IsTheConfiguredOne) { EXPECT_THAT(list.order(now), ElementsAre(0, 1, 2)); }

TEST_F(Order, AFewUnansweredQuestionsProveNothing) {
    keep_silent(0, ServerList::kSilentTries - 1);
    EXPECT_THAT(list.order(now), ElementsAre(0, 1, 2));
    list.answered(0);
    keep_silent(0, ServerList::kSilentTries - 1);
    EXPECT_THAT(list.order(now), ElementsAre(0, 1, 2));
}

TEST_F(Order, WhoKeepsSilentIsAskedLastForAWhile) {
    keep_silent(0, ServerList::kSilentTries);
    EXPECT_THAT(list.order(now), ElementsAre(1, 2, 0));
    EXPECT_THAT(list.order(now + ServerList::kAvoided - 1s), ElementsAre(1, 2, 0));
    EXPECT_THAT(list.order(now + ServerList::kAvoided), ElementsAre(0, 1, 2));
}

TEST_F(Order, AnAnswerMakesGoodAtOnce) {
    keep_silent(0, 10);
    list.answered(0);
    EXPECT_THAT(list.order(now), ElementsAre(0, 1, 2));
}

TEST_F(Order, IfAllKeepSilentItIsTheConfiguredOneAgain) {
    for (std::size_t i = 0; i < 3; ++i)
        keep_silent(i, 10);
    EXPECT_THAT(list.order(now), ElementsAre(0, 1, 2));
}

} // namespace
} // namespace postern::dns
