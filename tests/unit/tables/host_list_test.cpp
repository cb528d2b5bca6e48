#include "common/tables/host_list.hpp"
#include "tests/support/name_of.hpp"
#include "tests/support/temporary_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace postern::tables {
namespace {

using testing::HasSubstr;
using testing_support::name_of;
using testing_support::texts;

struct Case {
    const char* name;
    const char* list;
    const char* host;
    const char* address;
    bool ours;
};
class Hosts : public testing::TestWithParam<Case> {};
TEST_P(Hosts, AreLookedUpAsOpenDkimDoes) {
    Report report;
    const auto hosts = HostList::load(GetParam().list, OpenHosts::Allowed, report);
    EXPECT_EQ(hosts.contains(GetParam().host, IpAddress::parse(GetParam().address)),
              GetParam().ours);
}
// Measured with Debian's opendkim; tests/e2e/opendkim asks it live.
INSTANTIATE_TEST_SUITE_P(
    Table, Hosts,
    testing::Values(
        Case{"default_v4", "127.0.0.1,::1", "x", "127.0.0.1", true},
        Case{"default_v6", "127.0.0.1,::1", "x", "::1", true},
        Case{"default_not_all_loopback", "127.0.0.1,::1", "x", "127.0.0.2", false},
        Case{"network", "192.168.0.0/24", "x", "192.168.0.77", true},
        Case{"host_bits_match_nothing", "192.168.0.1/24", "x", "192.168.0.1", false},
        Case{"brackets", "[192.168.0.1]", "x", "192.168.0.1", true},
        Case{"brackets_and_prefix", "[10.0.0.0]/8", "x", "10.1.2.3", true},
        Case{"negated_address", "!10.0.0.66,10.0.0.0/8", "x", "10.0.0.66", false},
        Case{"negated_whatever_order", "10.0.0.0/8,!10.0.0.66", "x", "10.0.0.66", false},
        Case{"longest_prefix_wins", "10.0.0.0/8,!10.1.0.0/16,10.1.2.0/24", "x", "10.1.2.3", true},
        Case{"longest_prefix_negated", "10.0.0.0/8,!10.1.0.0/16,10.1.2.0/24", "x", "10.1.9.9",
             false},
        Case{"address_before_full_prefix", "192.168.0.1,!192.168.0.1/32", "x", "192.168.0.1", true},
        Case{"everybody_v4", "0.0.0.0/0", "x", "203.0.113.9", true},
        Case{"everybody_v4_not_v6", "0.0.0.0/0", "x", "2001:db8::1", false},
        Case{"v6_in_capitals", "2001:DB8::/32", "x", "2001:db8:1::7", true},
        Case{"v6_other_spelling", "2001:0db8:0::/48", "x", "2001:db8::7", true},
        Case{"mapped_client", "10.0.0.0/8", "x", "::ffff:10.1.2.3", true},
        Case{"name", "mail.example.com", "MAIL.example.com", "203.0.113.9", true},
        Case{"name_is_no_suffix", "example.com", "mail.example.com", "203.0.113.9", false},
        Case{"suffix", ".example.com", "a.b.example.com", "203.0.113.9", true},
        Case{"suffix_not_itself", ".example.com", "example.com", "203.0.113.9", false},
        Case{"star_matches_nothing", "*.example.com", "mail.example.com", "203.0.113.9", false},
        Case{"negated_name", "!mail.example.com,.example.com", "mail.example.com", "203.0.113.9",
             false},
        Case{"negated_name_but_address", "!mail.example.com,10.0.0.0/8", "mail.example.com",
             "10.1.2.3", true},
        Case{"blanks_separate_too", "10.0.0.0/8 .example.com", "mail.example.com", "203.0.113.9",
             true},
        Case{"unknown_is_nobody", "unknown", "unknown", "203.0.113.9", false},
        Case{"no_name", ".5]", "[203.0.113.5]", "203.0.113.5", false}),
    name_of);

TEST(HostList, NonSmtpClientsHaveNoAddress) {
    Report report;
    const auto hosts = HostList::load("127.0.0.1", OpenHosts::Refused, report);
    EXPECT_FALSE(hosts.contains("x", std::nullopt));
    EXPECT_FALSE(HostList().contains("localhost", IpAddress::parse("127.0.0.1")));
}

struct Lint {
    const char* name;
    const char* list;
    const char* warning;
};
class HostLint : public testing::TestWithParam<Lint> {};
TEST_P(HostLint, SaysWhatWasMeant) {
    Report report;
    HostList::load(GetParam().list, OpenHosts::Refused, report);
    EXPECT_THAT(texts(report.problems) + texts(report.warnings), HasSubstr(GetParam().warning));
}
INSTANTIATE_TEST_SUITE_P(
    Table, HostLint,
    testing::Values(
        Lint{"host_bits", "192.168.0.1/24", "write '192.168.0.0/24' if you mean the network"},
        Lint{"star", "*.example.com", "write '.example.com'"},
        Lint{"negated_star", "!*.example.com", "write '!.example.com'"},
        Lint{"everybody", "0.0.0.0/0", "0.0.0.0/0 means everybody"},
        Lint{"everybody_v6", "127.0.0.1,::/0", "::/0 means everybody"},
        Lint{"half_of_everybody", "0.0.0.0/1", "0.0.0.0/1 is a large part of the internet"},
        Lint{"unknown", "unknown", "clients without a name"},
        Lint{"half_an_address", "192.168.0", "neither address, network nor name"},
        Lint{"prefix_too_long", "10.0.0.0/33", "neither address, network nor name"},
        Lint{"missing_file", "file:/nonexistent/hosts", "/nonexistent/hosts: No such file"}),
    name_of);

TEST(HostList, OpenHostsMustBeMeant) {
    Report refused, allowed, negated;
    HostList::load("0.0.0.0/0", OpenHosts::Refused, refused);
    EXPECT_EQ(refused.problems.size(), 1U);
    HostList::load("0.0.0.0/0", OpenHosts::Allowed, allowed);
    EXPECT_TRUE(allowed.problems.empty());
    HostList::load("!0.0.0.0/0,10.1.2.3", OpenHosts::Refused, negated);
    EXPECT_TRUE(negated.problems.empty());
}

TEST(HostList, FilesNameTheirRows) {
    testing_support::TemporaryPlace place;
    const std::string path =
        place.write("hosts", "# ours\n10.0.0.0/8 # lan\n192.168.0.1/24\n*.example.com\n");
    Report report;
    const auto hosts = HostList::load("file:" + path, OpenHosts::Refused, report);
    EXPECT_TRUE(hosts.contains("x", IpAddress::parse("10.1.2.3")));
    EXPECT_THAT(texts(report.warnings), HasSubstr("hosts:3: "));
    EXPECT_THAT(texts(report.warnings), HasSubstr("hosts:4: "));
}

TEST(HostList, RefileStarMatchesItsOwnNegation) {
    testing_support::TemporaryPlace place;
    Report report;
    const auto hosts = HostList::load("refile:" + place.write("hosts", "*.example.com\n10.*\n"),
                                      OpenHosts::Refused, report);
    EXPECT_FALSE(hosts.contains("mail.example.com", IpAddress::parse("203.0.113.9")));
    EXPECT_TRUE(hosts.contains("x", IpAddress::parse("10.1.2.3")));
    EXPECT_THAT(texts(report.warnings),
                HasSubstr("hosts:1: '*.example.com' in a refile also matches its own negation"));
    Report open;
    HostList::load("refile:" + place.write("open", "[0]*/0\n"), OpenHosts::Refused, open);
    EXPECT_THAT(texts(open.problems), HasSubstr("0.0.0.0/0 means everybody"));
}

TEST(HostList, ManyNetworksAgreeWithAPlainWalk) {
    std::mt19937 random(7);
    const auto octet = [&] { return std::to_string(random() % 4); };
    for (int round = 0; round < 100; ++round) {
        std::vector<std::pair<Network, bool>> networks;
        std::string list;
        for (int i = 0; i < 30; ++i) {
            const int prefix = static_cast<int>(8 + random() % 24);
            const Network network =
                Network(*IpAddress::parse("10." + octet() + "." + octet() + "." + octet()), prefix)
                    .masked();
            const bool negated = random() % 2 == 0;
            networks.emplace_back(network, negated);
            list += (negated ? "!" : "") + network.address().text() + "/" + std::to_string(prefix) +
                    ",";
        }
        Report report;
        const auto hosts = HostList::load(list, OpenHosts::Refused, report);
        for (int query = 0; query < 50; ++query) {
            const auto client = *IpAddress::parse("10." + octet() + "." + octet() + "." + octet());
            bool ours = false;
            for (int prefix = 32, done = 0; prefix >= 0 && done == 0; --prefix)
                for (const bool negated : {true, false})
                    for (const auto& [network, is_negated] : networks)
                        if (done == 0 && network.prefix() == prefix && is_negated == negated &&
                            network.contains(client)) {
                            ours = !negated;
                            done = 1;
                        }
            ASSERT_EQ(hosts.contains({}, client), ours) << client.text() << " in " << list;
        }
    }
}

} // namespace
} // namespace postern::tables
