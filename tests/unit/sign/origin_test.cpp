#include "milters/sign/origin.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace postern::sign {
namespace {

using testing_support::name_of;

struct Case {
    const char* name;
    const char* address;
    const char* auth_type;
    std::map<std::string, std::string> macros;
    bool non_smtp;
    const char* why; ///< null: untrusted
};
class Origins : public testing::TestWithParam<Case> {};
TEST_P(Origins, AreJudged) {
    tables::Report report;
    OriginRules rules;
    rules.internal_hosts = tables::HostList::load("10.0.0.0/8", tables::OpenHosts::Refused, report);
    rules.daemon_names = {"MSA"};
    rules.macros = *parse_macro_rules("{daemon_name}=ORIGINATING|SUBMISSION, auth_authen");
    const auto& row = GetParam();
    const Origin origin = judge_origin(
        rules, {.client_name = "x.example",
                .client = IpAddress::parse(row.address),
                .auth_type = row.auth_type,
                .non_smtp = row.non_smtp,
                .macro = [&](const std::string& name) -> std::string_view {
                    const auto found = row.macros.find(name);
                    return found == row.macros.end() ? std::string_view() : found->second;
                }});
    EXPECT_EQ(origin.trusted, row.why != nullptr);
    EXPECT_EQ(origin.why,
              row.why != nullptr ? row.why : "not from us: no login, client not internal");
}
INSTANTIATE_TEST_SUITE_P(
    Table, Origins,
    testing::Values(
        Case{"stranger", "192.0.2.1", "", {}, false, nullptr},
        Case{"login", "192.0.2.1", "PLAIN", {}, false, "login"},
        Case{"login_before_network", "10.1.1.1", "PLAIN", {}, false, "login"},
        Case{"network", "10.1.1.1", "", {}, false, "internal-hosts"},
        Case{"daemon_name", "192.0.2.1", "", {{"{daemon_name}", "MSA"}}, false, "daemon-name"},
        Case{"daemon_name_has_a_case", "192.0.2.1", "", {{"{daemon_name}", "msa"}}, false, nullptr},
        Case{"macro",
             "192.0.2.1",
             "",
             {{"{daemon_name}", "SUBMISSION"}},
             false,
             "macro {daemon_name}"},
        Case{"macro_has_a_case",
             "192.0.2.1",
             "",
             {{"{daemon_name}", "originating"}},
             false,
             nullptr},
        Case{"macro_not_in_part",
             "192.0.2.1",
             "",
             {{"{daemon_name}", "ORIGINATING2"}},
             false,
             nullptr},
        Case{"later_macro_counts_too",
             "192.0.2.1",
             "",
             {{"{daemon_name}", "x"}, {"{auth_authen}", "u"}},
             false,
             "macro {auth_authen}"},
        Case{"local", "127.0.0.1", "", {}, true, "local submission"},
        Case{"no_address", "", "", {}, false, nullptr}),
    name_of);

TEST(Origins, WithoutRulesAndMacrosNobodyIsTrusted) {
    OriginRules rules;
    rules.login = false;
    rules.local_submission = false;
    EXPECT_FALSE(judge_origin(rules, {.auth_type = "PLAIN", .non_smtp = true}).trusted);
}

TEST(MacroRules, ReadWithAndWithoutBraces) {
    const auto rules = parse_macro_rules("{daemon_name}=A|B , auth_type,i=x");
    ASSERT_TRUE(rules);
    EXPECT_THAT(*rules, testing::ElementsAre(MacroRule{"{daemon_name}", {"A", "B"}},
                                             MacroRule{"{auth_type}", {}}, MacroRule{"i", {"x"}}));
    EXPECT_TRUE(parse_macro_rules("")->empty());
    for (const char* bad : {"=x", "{}=x", "a b=c", "{daemon_name}=", "{daemon_name}=|"})
        EXPECT_FALSE(parse_macro_rules(bad)) << bad;
}

} // namespace
} // namespace postern::sign
