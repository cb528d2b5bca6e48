#include "common/base/socket_address.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

using testing_support::name_of;
using Kind = SocketAddress::Kind;

struct Good {
    const char* name;
    std::string_view text;
    SocketAddress address;
    std::string_view postfix; ///< how Postfix spells it
};
class SocketName : public testing::TestWithParam<Good> {};
TEST_P(SocketName, IsRead) {
    const auto address = SocketAddress::parse(GetParam().text);
    ASSERT_TRUE(address) << address.error().message;
    EXPECT_EQ(*address, GetParam().address);
    EXPECT_EQ(address->text(), GetParam().postfix);
    EXPECT_EQ(SocketAddress::parse(address->text()), address);
}
// milter_service in postconf(5); conn argument in smfi_setconn of libmilter.
INSTANTIATE_TEST_SUITE_P(
    Table, SocketName,
    testing::Values(
        Good{"unix", "unix:/run/x", {.path = "/run/x"}, "unix:/run/x"},
        Good{"relative_to_the_queue", "unix:private/x", {.path = "private/x"}, "unix:private/x"},
        Good{"local", "local:/run/x", {.path = "/run/x"}, "unix:/run/x"},
        Good{"bare_path", "/run/x", {.path = "/run/x"}, "unix:/run/x"},
        Good{"inet_of_postfix",
             "inet:127.0.0.1:8891",
             {.kind = Kind::Inet, .host = "127.0.0.1", .port = 8891},
             "inet:127.0.0.1:8891"},
        Good{"inet_of_libmilter",
             "inet:8891@localhost",
             {.kind = Kind::Inet, .host = "localhost", .port = 8891},
             "inet:localhost:8891"},
        Good{"port_only", "inet:8891", {.kind = Kind::Inet, .port = 8891}, "inet:8891"},
        Good{"ipv6_of_postfix",
             "inet:[::1]:8891",
             {.kind = Kind::Inet, .host = "::1", .port = 8891},
             "inet:[::1]:8891"},
        Good{"ipv6_of_libmilter",
             "inet6:8891@::1",
             {.kind = Kind::Inet6, .host = "::1", .port = 8891},
             "inet6:[::1]:8891"},
        Good{"blanks_around",
             " inet:25@[2001:db8::1] ",
             {.kind = Kind::Inet, .host = "2001:db8::1", .port = 25},
             "inet:[2001:db8::1]:25"}),
    name_of);

struct Bad {
    const char* name;
    std::string text;
    std::string_view says;
};
class BadSocketName : public testing::TestWithParam<Bad> {};
TEST_P(BadSocketName, IsExplained) {
    const auto address = SocketAddress::parse(GetParam().text);
    ASSERT_FALSE(address);
    EXPECT_NE(address.error().message.find(GetParam().says), std::string::npos)
        << address.error().message;
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadSocketName,
    testing::Values(Bad{"empty", "", "no transport"}, Bad{"a_word", "opendkim", "no transport"},
                    Bad{"unknown_transport", "tcp:localhost:1", "unknown transport"},
                    Bad{"no_path", "unix:", "no path"}, Bad{"port_0", "inet:h:0", "port number"},
                    Bad{"port_too_large", "inet:h:65536", "port number"},
                    Bad{"port_with_junk", "inet:h:25x", "port number"},
                    Bad{"no_host", "inet:25@", "no host"},
                    Bad{"brackets_missing", "inet:::1:25", "needs brackets: inet:[::1]:25"},
                    Bad{"host_with_blank", "inet:25@a b", "no host name"},
                    Bad{"path_too_long", "unix:/" + std::string(107, 'x'), "at most 107"}),
    name_of);

} // namespace
} // namespace postern
