#include "common/dns/options.hpp"
#include "tests/support/name_of.hpp"
#include "tests/support/temporary_place.hpp"
#include "tests/unit/dns/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::name_of;
using testing_support::TemporaryPlace;
using testing_support::texts;

SocketAddress server(std::string host, std::uint16_t port = 53) {
    return {.kind = SocketAddress::Kind::Inet, .host = std::move(host), .port = port};
}

ResolverOptions options_of(const std::string& text, config::Problems& problems,
                           const std::string& resolv_conf = "/nonexistent") {
    const std::array sections{kDnsSection};
    const auto settings =
        config::Settings::load_text("[dns]\n" + text, "t.conf", sections, {}, problems);
    return read_options(settings, problems, resolv_conf);
}

TEST(DnsOptions, AreTheDefaultsOfTheStructWhenNothingIsSaid) {
    config::Problems problems;
    ResolverOptions expected;
    expected.servers = {server("127.0.0.1")};
    EXPECT_EQ(options_of("", problems), expected);
    EXPECT_EQ(texts(problems), "");
}

TEST(DnsOptions, AreReadWhole) {
    config::Problems problems;
    const ResolverOptions options = options_of(
        "servers = 127.0.0.1, 192.0.2.1:5353 ::1 [2001:db8::1]:5354\ntimeout = 3s\nattempts = 4\n"
        "edns-size = 0\ntrust-ad = never\ncache-size = 1M\nmax-ttl = 1h\nmax-negative-ttl = 1m\n"
        "failure-ttl = 10s\nserve-stale = 1d\nfixture = /a/b\nrecord = c\n",
        problems);
    EXPECT_EQ(texts(problems), "");
    EXPECT_THAT(options.servers, ElementsAre(server("127.0.0.1"), server("192.0.2.1", 5353),
                                             server("::1"), server("2001:db8::1", 5354)));
    EXPECT_EQ(options.timeout, 3s);
    EXPECT_EQ(options.attempts, 4U);
    EXPECT_EQ(options.edns_size, 0);
    EXPECT_EQ(options.trust_ad, TrustAd::Never);
    EXPECT_EQ(options.cache_octets, std::size_t{1} << 20);
    EXPECT_EQ(options.max_ttl, 1h);
    EXPECT_EQ(options.max_negative_ttl, 1min);
    EXPECT_EQ(options.failure_ttl, 10s);
    EXPECT_EQ(options.serve_stale, 24h);
    EXPECT_EQ(options.fixture, "/a/b");
    EXPECT_THAT(options.record, HasSubstr("c"));
}

TEST(DnsOptions, TakeFromResolvConfOnlyWhatIsNotSaid) {
    const TemporaryPlace place;
    const std::string host = place.write(
        "resolv.conf",
        "nameserver 192.0.2.53\nnameserver ::1\noptions timeout:7 attempts:5 trust-ad\n");
    config::Problems problems;
    const ResolverOptions all = options_of("", problems, host);
    EXPECT_THAT(all.servers, ElementsAre(server("192.0.2.53"), server("::1")));
    EXPECT_EQ(all.timeout, 7s);
    EXPECT_EQ(all.attempts, 5U);
    EXPECT_EQ(all.trust_ad, TrustAd::Always);
    const ResolverOptions some = options_of("timeout = 2s\ntrust-ad = loopback\n", problems, host);
    EXPECT_EQ(some.timeout, 2s);
    EXPECT_EQ(some.trust_ad, TrustAd::LoopbackOnly);
    const ResolverOptions none = options_of("servers = 192.0.2.1\n", problems, host);
    EXPECT_THAT(none.servers, ElementsAre(server("192.0.2.1")));
    EXPECT_EQ(none.timeout, 2s);
    EXPECT_EQ(texts(problems), "");
}

struct Case {
    const char* name;
    std::string_view line, says;
};
class DnsProblem : public testing::TestWithParam<Case> {};
TEST_P(DnsProblem, SaysWhatWouldBeRight) {
    config::Problems problems;
    (void)options_of(std::string(GetParam().line) + "\n", problems);
    EXPECT_THAT(texts(problems), HasSubstr(GetParam().says));
    EXPECT_THAT(texts(problems), HasSubstr("t.conf:2: [dns] "));
}
INSTANTIATE_TEST_SUITE_P(
    Table, DnsProblem,
    testing::Values(Case{"host_name", "servers = ns.example.org", "no IP address"},
                    Case{"short_address", "servers = 127.1", "no IP address"},
                    Case{"port", "servers = 127.0.0.1:0", "port is no number from 1 to 65535"},
                    Case{"port_too_large", "servers = [::1]:65536", "port is no number"},
                    Case{"bracket", "servers = [::1", "no IP address"},
                    Case{"edns", "edns-size = 100", "less than 512"},
                    Case{"edns_large", "edns-size = 65535", "edns-size"},
                    Case{"attempts", "attempts = 0", "attempts"},
                    Case{"timeout", "timeout = 0", "timeout"},
                    Case{"failure_ttl", "failure-ttl = 10m", "failure-ttl"}),
    name_of);

TEST(ResolverChain, ReadsTheFixtureThroughCacheAndRecorder) {
    const TemporaryPlace place;
    ResolverOptions options;
    options.fixture = place.write("dns.zone", "a. TXT x\n");
    options.record = place.path("dns.json");
    const auto made = configure_resolver(options);
    ASSERT_TRUE(made) << made.error().message;
    for (int i = 0; i < 2; ++i)
        EXPECT_THAT(texts(ask(*made->resolver, "a", RecordType::TXT)), ElementsAre("x"));
    ASSERT_TRUE(made->cache);
    EXPECT_EQ(made->cache->statistics().hits, 1U);
    options.fixture = options.record;
    options.record.clear();
    options.cache_octets = 0;
    const auto again = make_resolver(options);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_THAT(texts(ask(**again, "a", RecordType::TXT)), ElementsAre("x"));
}

TEST(ResolverChain, StaysTheSameWhileNothingChanges) {
    const TemporaryPlace place;
    ResolverOptions options;
    options.fixture = place.write("dns.zone", "a. TXT x\n");
    const auto first = configure_resolver(options);
    ASSERT_TRUE(first);
    EXPECT_EQ(configure_resolver(options, &*first)->resolver, first->resolver);
    place.write("dns.zone", "a. TXT longer\n");
    const auto second = configure_resolver(options, &*first);
    EXPECT_NE(second->resolver, first->resolver) << "the file changed";
    EXPECT_THAT(texts(ask(*second->resolver, "a", RecordType::TXT)), ElementsAre("longer"));
    options.max_ttl = 5s;
    EXPECT_NE(configure_resolver(options, &*second)->resolver, second->resolver);
    options = {};
    options.servers = {server("127.0.0.1", 9)};
    const auto network = configure_resolver(options, &*second);
    ASSERT_TRUE(network);
    EXPECT_EQ(configure_resolver(options, &*network)->resolver, network->resolver);
}

TEST(ResolverChain, NamesTheFileThatIsWrong) {
    const TemporaryPlace place;
    ResolverOptions options;
    options.fixture = place.path("missing");
    EXPECT_THAT(make_resolver(options).error().message, HasSubstr(options.fixture));
    options.fixture = place.write("bad.zone", "a. TXTT x\n");
    EXPECT_THAT(make_resolver(options).error().message, HasSubstr("bad.zone:1: "));
    options.fixture = place.write("good.zone", "a. TXT x\n");
    options.record = place.path("no/dir");
    EXPECT_THAT(make_resolver(options).error().message, HasSubstr(options.record));
}

} // namespace
} // namespace postern::dns
