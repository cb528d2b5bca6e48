#include "common/message/address.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::message {
namespace {

using testing_support::name_of;

struct Case {
    const char* name;
    std::string_view text;
    Path path;
};
class SmtpPath : public testing::TestWithParam<Case> {};
TEST_P(SmtpPath, IsReadAsRfc5321Section412) {
    const auto path = parse_path(GetParam().text);
    ASSERT_TRUE(path) << path.error().message;
    EXPECT_EQ(*path, GetParam().path);
    EXPECT_EQ(path->is_null(), GetParam().path.local_part.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Table, SmtpPath,
    testing::Values(
        Case{"plain", "<a@b.example>", {"a", "b.example"}},
        Case{"without_brackets", "a@b.example", {"a", "b.example"}}, Case{"null_path", "<>", {}},
        Case{"nothing", "", {}}, Case{"postmaster", "<Postmaster>", {"Postmaster", ""}},
        Case{"quoted", "<\"a b\\\"@c\"@d>", {"a b\"@c", "d"}},
        Case{"source_route", "<@x,@y.example:a@b>", {"a", "b"}},
        Case{"literal", "<a@[192.0.2.1]>", {"a", "[192.0.2.1]"}},
        Case{"ipv6_literal", "<a@[IPv6:2001:db8::1]>", {"a", "[IPv6:2001:db8::1]"}},
        Case{"dots_that_need_quotes", "<a..b.@c>", {"a..b.", "c"}},
        Case{"utf8", "<j\xc3\xb6rg@b\xc3\xbc.example>", {"j\xc3\xb6rg", "b\xc3\xbc.example"}},
        Case{"srs", "<SRS0=HHH=TT=b.example=a@c>", {"SRS0=HHH=TT=b.example=a", "c"}}),
    name_of);

struct Broken {
    const char* name;
    std::string text;
};
class BrokenSmtpPath : public testing::TestWithParam<Broken> {};
TEST_P(BrokenSmtpPath, IsRefused) { EXPECT_FALSE(parse_path(GetParam().text)); }
INSTANTIATE_TEST_SUITE_P(
    Table, BrokenSmtpPath,
    testing::Values(Broken{"open", "<a@b"}, Broken{"only_open", "<"}, Broken{"no_local", "<@b>"},
                    Broken{"no_domain", "<a@>"}, Broken{"two_at", "<a@b@c>"},
                    Broken{"blank", "<a b@c>"}, Broken{"two_paths", "<a@b><c@d>"},
                    Broken{"nul", std::string("<a\0@b>", 6)}, Broken{"line_end", "<a@b>\r\n"},
                    Broken{"route_only", "<@x:>"}, Broken{"open_quote", "<\"a@b>"},
                    Broken{"backslash_last", "\"a\\"}, Broken{"text_after_quote", "<\"a\"b@c>"},
                    Broken{"empty_quote", "<\"\"@c>"},
                    Broken{"too_long", "<" + std::string(5000, 'a') + "@b>"}),
    name_of);

} // namespace
} // namespace postern::message
