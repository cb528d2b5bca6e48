#include "common/tables/table_spec.hpp"
#include "tests/support/name_of.hpp"
#include "tests/support/temporary_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::tables {
namespace {

using testing::HasSubstr;
using testing_support::name_of;
using testing_support::texts;

struct Spec {
    const char* name;
    std::string_view text;
    TableKind kind;
    std::string_view where;
};
class Specs : public testing::TestWithParam<Spec> {};
TEST_P(Specs, AreReadAsOpenDkimDoes) {
    const auto spec = TableSpec::parse(GetParam().text);
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->kind, GetParam().kind);
    EXPECT_EQ(spec->where, GetParam().where);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Specs,
    testing::Values(Spec{"path", "/etc/t", TableKind::File, "/etc/t"},
                    Spec{"file", "file:/etc/t", TableKind::File, "/etc/t"},
                    Spec{"refile", "refile:/etc/t", TableKind::Refile, "/etc/t"},
                    Spec{"capitals", "ReFile:/etc/t", TableKind::Refile, "/etc/t"},
                    Spec{"csl", "csl:a=b,c=d", TableKind::Inline, "a=b,c=d"},
                    Spec{"bare_list", "a=b:c,c=d", TableKind::Inline, "a=b:c,c=d"},
                    Spec{"comma_before_colon", "file,x:y", TableKind::Inline, "file,x:y"},
                    Spec{"addresses", "::1,127.0.0.1", TableKind::Inline, "::1,127.0.0.1"},
                    Spec{"word", "example.com", TableKind::Inline, "example.com"}),
    name_of);

TEST(TableSpec, SaysWhatToDoAboutServers) {
    for (const char* text :
         {"dsn:mysql://x", "ldap://x", "lua:/x", "db:/x.db", "mdb:/x", "memcache:x"}) {
        const auto spec = TableSpec::parse(text);
        ASSERT_FALSE(spec) << text;
        EXPECT_THAT(spec.error().message, HasSubstr("export the rows to a file"));
    }
    EXPECT_FALSE(TableSpec::parse("  "));
}

std::string rows(const Table& table) {
    std::string all;
    for (const TableRow& row : table.rows)
        all += std::to_string(row.line) + "<" + std::string(row.key) + "|" +
               std::string(row.value) + ">";
    return all;
}

TEST(Table, RefilePassesOverIndentedLinesAndSaysSo) {
    Report report;
    const std::string text = "  a b\n#x\n \t # only a comment\nc  d e # f\n";
    EXPECT_EQ(rows(Table::parse(TableKind::Refile, text, "t", report)), "4<c|d e>");
    EXPECT_THAT(texts(report.warnings), HasSubstr("t:1: "));
    EXPECT_EQ(report.warnings.size(), 1U);
    EXPECT_EQ(rows(Table::parse(TableKind::File, text, "t", report)), "1<a|b>4<c|d e>");
}

TEST(Table, ListsSplitAtCommas) {
    Report report;
    EXPECT_EQ(rows(Table::parse(TableKind::Inline, " a = b:c ,, d=e=f,g", "list", report)),
              "1<a|b:c>3<d|e=f>4<g|>");
}

TEST(Table, LongLinesAndMissingFilesAreProblems) {
    Report report;
    const auto table =
        Table::parse(TableKind::File, "a b\n" + std::string(1024, 'x') + "\n", "t", report);
    EXPECT_TRUE(table.rows.empty());
    EXPECT_THAT(texts(report.problems), HasSubstr("t:2: "));
    Report missing;
    (void)Table::read({TableKind::File, "/nonexistent/t"}, missing);
    EXPECT_THAT(texts(missing.problems), HasSubstr("/nonexistent/t: No such file"));
}

TEST(Report, StopsListingAtSomePoint) {
    Report report;
    for (int i = 0; i < 1000; ++i)
        report.warn({"t", i}, "x");
    EXPECT_EQ(report.warnings.size(), Report::kMax + 1);
    EXPECT_EQ(report.warnings.back().what, "and more, not listed");
}

} // namespace
} // namespace postern::tables
