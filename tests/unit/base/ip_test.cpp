#include "common/base/ip.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(IpAddress, ParsesAndFormats) {
    EXPECT_EQ(IpAddress::parse("192.0.2.1")->text(), "192.0.2.1");
    EXPECT_EQ(IpAddress::parse("2001:DB8::1")->text(), "2001:db8::1");
    EXPECT_EQ(IpAddress::parse("[IPv6:2001:db8::1]")->text(), "2001:db8::1");
    EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1")->text(), "192.0.2.1") << "mapped folds to IPv4";
    for (const char* bad :
         {"", "192.0.2", "192.0.2.256", "1.2.3.4.5", "::g", "localhost", "192.0.2.1 "})
        EXPECT_FALSE(IpAddress::parse(bad)) << bad;
}

TEST(Network, ContainsItsAddressesAndNoOthers) {
    const auto network = *Network::parse("192.0.2.128/25");
    EXPECT_TRUE(network.contains(*IpAddress::parse("192.0.2.129")));
    EXPECT_FALSE(network.contains(*IpAddress::parse("192.0.2.1")));
    EXPECT_FALSE(network.contains(*IpAddress::parse("::1")));
    EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains(*IpAddress::parse("203.0.113.9")));
    EXPECT_TRUE(Network::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:7fff::")));
    EXPECT_FALSE(Network::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:8000::")));
    EXPECT_EQ(Network::parse("::ffff:192.0.2.0/120")->text(), "192.0.2.0/24");
}

TEST(Network, TellsHostBits) {
    EXPECT_TRUE(Network::parse("192.168.0.1/24")->host_bits_set());
    EXPECT_EQ(Network::parse("192.168.0.1/24")->masked().text(), "192.168.0.0/24");
    EXPECT_EQ(Network::parse("2001:db8::1/64")->masked().text(), "2001:db8::/64");
    EXPECT_FALSE(Network::parse("10.0.0.0/8")->host_bits_set());
    for (const char* bad : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "/8"})
        EXPECT_FALSE(Network::parse(bad)) << bad;
}

} // namespace
} // namespace postern
