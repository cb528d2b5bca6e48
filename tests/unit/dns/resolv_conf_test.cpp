#include "common/dns/resolv_conf.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>

namespace postern::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing_support::name_of;

struct Case {
    const char* name;
    std::string text;
    std::vector<std::string> nameservers;
};
class Nameservers : public testing::TestWithParam<Case> {};

// What glibc 2.36's res_init() makes of the same text (res_init.c, resolv.conf(5)).
TEST_P(Nameservers, AreThoseGlibcTakes) {
    EXPECT_EQ(parse_resolv_conf(GetParam().text).nameservers, GetParam().nameservers);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Nameservers,
    testing::Values(
        Case{"nothing", "", {"127.0.0.1"}},
        Case{"in_their_order",
             "nameserver 192.0.2.2\nnameserver 192.0.2.1\n",
             {"192.0.2.2", "192.0.2.1"}},
        Case{"three_at_most",
             "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
             "nameserver 192.0.2.4\n",
             {"192.0.2.1", "192.0.2.2", "192.0.2.3"}},
        Case{"ipv6_with_zone",
             "nameserver 2001:db8::1\nnameserver fe80::1%eth0\n",
             {"2001:db8::1", "fe80::1%eth0"}},
        Case{"tabs_and_rest_of_line", "nameserver\t192.0.2.1 # ours\n", {"192.0.2.1"}},
        Case{"no_newline_at_the_end", "nameserver 192.0.2.1", {"192.0.2.1"}},
        Case{"carriage_returns", "nameserver 192.0.2.1\r\n", {"192.0.2.1"}},
        Case{"comments", "# nameserver 192.0.2.1\n;nameserver 192.0.2.2\n", {"127.0.0.1"}},
        Case{"not_at_the_beginning_of_a_line", "  nameserver 192.0.2.1\n", {"127.0.0.1"}},
        Case{"names_are_none", "nameserver ns.example.org\n", {"127.0.0.1"}},
        Case{"brackets_are_none", "nameserver [2001:db8::1]\n", {"127.0.0.1"}},
        Case{"without_address", "nameserver\nnameserver \n", {"127.0.0.1"}},
        Case{"a_longer_word", "nameservers 192.0.2.1\n", {"127.0.0.1"}},
        Case{"others_pass", "search example.org\nsortlist 192.0.2.0\nnameserver ::1\n", {"::1"}}),
    name_of);

TEST(ResolvConf, OptionsAreBoundedAsInGlibc) {
    const ResolvConf none = parse_resolv_conf("options ndots:3 rotate\n");
    EXPECT_EQ(none.timeout, std::nullopt);
    EXPECT_EQ(none.attempts, std::nullopt);
    EXPECT_FALSE(none.trust_ad);
    const ResolvConf some = parse_resolv_conf("options timeout:3 attempts:4 trust-ad\n");
    EXPECT_EQ(some.timeout, 3s);
    EXPECT_EQ(some.attempts, 4U);
    EXPECT_TRUE(some.trust_ad);
    const ResolvConf many = parse_resolv_conf("options timeout:99\noptions attempts:99\n");
    EXPECT_EQ(many.timeout, 30s);
    EXPECT_EQ(many.attempts, 5U);
    const ResolvConf odd = parse_resolv_conf("options timeout:x attempts: timeout:-1 timeout:0\n");
    EXPECT_EQ(odd.timeout, 1s);
    EXPECT_EQ(odd.attempts, std::nullopt);
}

TEST(ResolvConf, AFileThatIsNotThereIsEmpty) {
    EXPECT_THAT(read_resolv_conf("/nonexistent/resolv.conf").nameservers, ElementsAre("127.0.0.1"));
}

TEST(ResolvConf, ReadsTheFile) {
    const std::string path = testing::TempDir() + "resolv.conf." + std::to_string(::getpid());
    std::FILE* file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fputs("nameserver 192.0.2.9\n", file);
    std::fclose(file);
    EXPECT_THAT(read_resolv_conf(path).nameservers, ElementsAre("192.0.2.9"));
    std::remove(path.c_str());
}

} // namespace
} // namespace postern::dns
