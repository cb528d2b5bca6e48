#include "milters/sign/signing_table.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/sign/key_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::sign {
namespace {

using testing::HasSubstr;
using testing_support::name_of;

constexpr auto kFile = tables::TableKind::File;
constexpr auto kRefile = tables::TableKind::Refile;
constexpr auto kInline = tables::TableKind::Inline;

SigningTable load(tables::TableKind kind, std::string_view text, Matches matches,
                  tables::Report& report) {
    return SigningTable::load(tables::Table::parse(kind, std::string(text), "SigningTable", report),
                              matches, report);
}

std::string found(const SigningTable& table, std::string_view user, std::string_view domain) {
    std::string all;
    for (const SigningRow* row : table.find(user, domain))
        all += (all.empty() ? "" : " ") + row->key_name;
    return all;
}

struct Lookup {
    const char* name;
    tables::TableKind kind;
    std::string_view rows, user, domain, first, all;
};
class Lookups : public testing::TestWithParam<Lookup> {};
TEST_P(Lookups, FindTheRowsOpenDkimFinds) {
    tables::Report report;
    const auto& row = GetParam();
    EXPECT_EQ(found(load(row.kind, row.rows, Matches::First, report), row.user, row.domain),
              row.first);
    EXPECT_EQ(found(load(row.kind, row.rows, Matches::All, report), row.user, row.domain), row.all);
}
constexpr std::string_view kLevels =
    "* f\nu@* e\n.com d2\nu@.com d1\n.b.com c2\nu@.b.com c1\na.b.com b\nu@a.b.com a\n";
// Measured with Debian's opendkim; tests/e2e/opendkim asks it live.
INSTANTIATE_TEST_SUITE_P(
    Table, Lookups,
    testing::Values(
        Lookup{"plain_order", kFile, kLevels, "u", "a.b.com", "a", "a b c1 c2 d1 d2 e f"},
        Lookup{"plain_order_of_another_user", kFile, kLevels, "v", "a.b.com", "b", "b c2 d2 f"},
        Lookup{"plain_dot_domain_not_itself", kFile, ".example.com k", "u", "example.com", "", ""},
        Lookup{"plain_dot_domain_below", kFile, ".example.com k", "u", "a.b.example.com", "k", "k"},
        Lookup{"plain_letters_case", kFile, "U@EXAMPLE.com k", "u", "example.com", "k", "k"},
        Lookup{"plain_star_at_domain", kFile, "*@example.com k", "u", "example.com", "", ""},
        Lookup{"plain_first_of_equal_rows", kFile, "example.com a\nexample.com b", "u",
               "example.com", "a", "a"},
        Lookup{"plain_utf8_query", kFile, "b\xC3\xBC.example k", "u", "b\xC3\xBC.example", "", ""},
        Lookup{"plain_utf8_user_finds_host", kFile, "example.com k", "\xC3\xBC", "example.com", "k",
               "k"},
        Lookup{"inline_list", kInline, "u@example.com=a,example.com=b", "u", "example.com", "a",
               "a b"},
        Lookup{"refile_top_down", kRefile, "u@* a\n*@example.com b\n* c", "u", "example.com", "a",
               "a b c"},
        Lookup{"refile_order_not_precision", kRefile, "* c\nu@example.com a", "u", "example.com",
               "c", "c a"},
        Lookup{"refile_expression", kRefile, "(alice|bob)@example.com k", "bob", "example.com", "k",
               "k"},
        Lookup{"refile_no_boundary", kRefile, "*@*example.com k", "u", "notexample.com", "k", "k"},
        Lookup{"refile_utf8", kRefile, "*@b\xC3\xBC.example k", "u", "b\xC3\xBC.example", "k", "k"},
        Lookup{"refile_not_a_domain", kRefile, "example.com k", "u", "example.com", "", ""}),
    name_of);

TEST(SigningTable, ValueIsKeyAndIdentity) {
    tables::Report report;
    const auto table = load(kFile, "a k:@%\nb k:x:y@z # c\nc k\n", Matches::First, report);
    EXPECT_EQ(table.rows()[0].identity, "@%");
    EXPECT_EQ(table.rows()[1].identity, "x:y@z");
    EXPECT_EQ(table.rows()[2].identity, "");
}

struct Lint {
    const char* name;
    tables::TableKind kind;
    std::string_view rows;
    const char* warning;
};
class SigningTableLint : public testing::TestWithParam<Lint> {};
TEST_P(SigningTableLint, NamesFileRowAndRemedy) {
    tables::Report report;
    load(GetParam().kind, GetParam().rows, Matches::First, report);
    EXPECT_THAT(texts(report.warnings) + texts(report.problems), HasSubstr(GetParam().warning));
}
INSTANTIATE_TEST_SUITE_P(
    Table, SigningTableLint,
    testing::Values(
        Lint{"star_at_domain", kFile, "\n*@example.com k",
             "SigningTable:2: signing row '*@example.com': '*' is no wildcard in a plain table; "
             "the row never matches; write 'example.com'"},
        Lint{"star_at_below", kFile, "*@*.example.com k", "write '.example.com'"},
        Lint{"star_dot", kFile, "*.example.com k", "write '.example.com'"},
        Lint{"star_inside", kFile, "a*@example.com k", "name the table refile:"},
        Lint{"utf8", kFile, "b\xC3\xBC.example k", "write the domain in A-labels"},
        Lint{"equal_rows", kFile, "example.com a\nexample.com b",
             "SigningTable:2: signing row 'example.com' stands in line 1 already"},
        Lint{"equal_patterns", kRefile, "*@example.com a\n*@EXAMPLE.com b", "SigningTable:2: "},
        Lint{"below_star", kRefile, "* a\n*@example.com b",
             "SigningTable:2: signing row '*@example.com' stands below '*' (line 1)"},
        Lint{"bare_percent", kFile, "example.com k:%",
             "SigningTable:1: signing row 'example.com': the identity '%' has no '@', so nothing "
             "is signed; write '@%'"},
        Lint{"metacharacter", kRefile, "(a|b)@example.com k",
             "'(' acts as in an extended regular expression"},
        Lint{"no_boundary", kRefile, "*@*example.com k", "also takes mail of notexample.com"},
        Lint{"domain_in_refile", kRefile, "example.com k", "write '*@example.com'"},
        Lint{"no_key", kRefile, "*@example.com",
             "SigningTable:1: signing row '*@example.com' names no key"},
        Lint{"bad_expression", kRefile, "[a@example.com k",
             "SigningTable:1: pattern '[a@example.com': no valid expression"}),
    name_of);

TEST(SigningTable, GoodTablesAreQuiet) {
    tables::Report report;
    load(kFile, "u@example.com k\nexample.com k:@%\n.example.com k\nu@.example.com k\nu@* k\n* k\n",
         Matches::First, report);
    load(kRefile, "u+x@example.com k\n*@example.com k\n*@*.example.com k:bob@%\n* k\n",
         Matches::First, report);
    load(kRefile, "*@example.com a\n*@example.com b\n* c\n*@x.org d", Matches::All, report);
    EXPECT_EQ(texts(report.warnings) + texts(report.problems), "");
}

TEST(SigningTable, OverlongAddressesAreInNoTable) {
    tables::Report report;
    const auto table = load(kFile, "* k", Matches::First, report);
    EXPECT_EQ(found(table, std::string(2000, 'u'), "example.com"), "");
}

} // namespace
} // namespace postern::sign
