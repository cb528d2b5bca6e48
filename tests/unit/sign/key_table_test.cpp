#include "common/base/base64.hpp"
#include "milters/sign/key_table.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/sign/key_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::sign {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::name_of;

/// The base64 between the lines of a PEM file, as OpenDKIM takes it inline.
std::string inline_of(const std::string& pem) {
    std::string body = pem.substr(pem.find('\n') + 1);
    body.resize(body.find("-----"));
    std::erase(body, '\n');
    return body;
}

class KeyTables : public testing::Test {
protected:
    void SetUp() override {
        place_.write("rsa.pem", rsa_pem());
        place_.write("ed.pem", ed25519_pem());
        place_.write("a:b.pem", rsa_pem());
        place_.write("example.net.pem", rsa_pem());
        place_.write("broken.pem", "x");
    }
    KeyTable load(std::string text, tables::TableKind kind = tables::TableKind::File) {
        for (auto at = text.find("$K"); at != std::string::npos; at = text.find("$K"))
            text.replace(at, 2, place_.path());
        return KeyTable::load(tables::Table::parse(kind, text, "KeyTable", report_), ring_,
                              report_);
    }
    std::string choose(const KeyTable& table, std::string_view name,
                       std::string_view from = "example.net") {
        const KeyRow* row = table.find(name);
        if (row == nullptr) return "none";
        const auto choice = table.choose(*row, from);
        return choice ? choice->domain + " " + choice->selector
                      : "error: " + choice.error().message;
    }

    KeyPlace place_;
    FixedClock clock_{today()};
    std::shared_ptr<KeyRing> ring_ = std::make_shared<KeyRing>(clock_);
    tables::Report report_;
};

TEST_F(KeyTables, NamesHaveACase) {
    const auto table = load("K1 example.org:s:$K/rsa.pem\n");
    EXPECT_EQ(choose(table, "K1"), "example.org s");
    EXPECT_EQ(choose(table, "k1"), "none");
}

TEST_F(KeyTables, PercentIsTheAuthorsDomain) {
    const auto table = load("k %:s:$K/%.pem\nrow example.net:s:$K/%.pem\n");
    EXPECT_EQ(choose(table, "k", "example.net"), "example.net s");
    EXPECT_THAT(choose(table, "k", "example.org"), HasSubstr("example.org.pem: No such file"));
    EXPECT_EQ(choose(table, "row", "example.org"), "example.net s");
    EXPECT_THAT(choose(table, "k", "../x"), HasSubstr("error: KeyTable:1: "));
}

TEST_F(KeyTables, LastFieldTakesTheRemainder) {
    EXPECT_EQ(choose(load("k example.org:s:$K/a:b.pem\n"), "k"), "example.org s");
}

TEST_F(KeyTables, FourthFieldOnlyIfItIsAnAlgorithm) {
    const auto table = load("r example.org:s:$K/rsa.pem:rsa-sha256\n"
                            "e example.org:s:$K/ed.pem:ed25519-sha256\n"
                            "m example.org:s:$K/ed.pem:rsa-sha256\n"
                            "p example.org:s:$K/rsa.pem:rsa-sha512\n");
    EXPECT_EQ(choose(table, "r"), "example.org s");
    EXPECT_EQ(choose(table, "e"), "example.org s");
    EXPECT_THAT(choose(table, "m"),
                HasSubstr("the row says rsa-sha256 and the key is for ed25519-sha256"));
    EXPECT_THAT(choose(table, "p"), HasSubstr("rsa.pem:rsa-sha512: No such file"));
    EXPECT_THAT(texts(report_.warnings), HasSubstr("KeyTable:3: key row 'm'"));
    EXPECT_THAT(texts(report_.warnings), HasSubstr("KeyTable:4: key row 'p'"));
}

TEST_F(KeyTables, InlineKeys) {
    const auto table =
        load("e example.org:s:" + inline_of(ed25519_pem()) + "\n" + "x example.org:s:notakey\n");
    EXPECT_EQ(choose(table, "e"), "example.org s");
    EXPECT_THAT(choose(table, "x"), HasSubstr("neither a path from '/' nor a key"));
}

TEST_F(KeyTables, DomainsAndSelectorsBecomeALabelsInLowerCase) {
    const auto table = load("k B\xC3\xBC"
                            "cher.EXAMPLE:S1:$K/rsa.pem\n");
    EXPECT_EQ(choose(table, "k"), "xn--bcher-kva.example s1");
}

struct Lint {
    const char* name;
    const char* row;
    const char* answer;
    const char* warning;
};
class KeyTableLint : public KeyTables, public testing::WithParamInterface<Lint> {};
TEST_P(KeyTableLint, NamesFileAndRow) {
    const auto table = load(std::string("# head\n") + GetParam().row + "\n");
    EXPECT_THAT(choose(table, "k"), HasSubstr(GetParam().answer));
    EXPECT_THAT(texts(report_.warnings), HasSubstr("KeyTable:2: key row 'k': "));
    EXPECT_THAT(texts(report_.warnings), HasSubstr(GetParam().warning));
    EXPECT_TRUE(report_.problems.empty());
}
// What opendkim does with each: tests/e2e/opendkim/cases.py.
INSTANTIATE_TEST_SUITE_P(
    Table, KeyTableLint,
    testing::Values(
        Lint{"blanks_around_selector", "k example.org : s :$K/rsa.pem", "example.org s",
             "blanks around ':'"},
        Lint{"blank_before_path", "k example.org:s: $K/rsa.pem", "error", "blanks around ':'"},
        Lint{"two_fields", "k example.org:$K/rsa.pem", "error", "is not domain:selector:key"},
        Lint{"no_value", "k", "error", "is not domain:selector:key"},
        Lint{"no_selector", "k example.org::$K/rsa.pem", "error", "is not domain:selector:key"},
        Lint{"no_key", "k example.org:s:", "error", "is not domain:selector:key"},
        Lint{"bad_domain", "k exa$mple:s:$K/rsa.pem", "error", "domain: "},
        Lint{"bad_selector", "k example.org:s..t:$K/rsa.pem", "error", "selector: "},
        Lint{"missing_file", "k example.org:s:$K/none.pem", "none.pem: No such file",
             "none.pem: No such file"},
        Lint{"broken_file", "k example.org:s:$K/broken.pem", "broken.pem", "broken.pem"},
        Lint{"relative_path", "k example.org:s:./none.pem", "error", "depends on the directory"}),
    name_of);

TEST_F(KeyTables, SecondRowOfANameIsNeverUsed) {
    const auto table = load("k example.org:a:$K/rsa.pem\nk example.org:b:$K/rsa.pem\n");
    EXPECT_EQ(choose(table, "k"), "example.org a");
    EXPECT_THAT(texts(report_.warnings),
                HasSubstr("KeyTable:2: the name 'k' stands in line 1 already"));
}

TEST_F(KeyTables, RefileNamesAreExpressionsWithACase) {
    const auto table =
        load("s*._domainkey.example.org example.org:s:$K/rsa.pem\n", tables::TableKind::Refile);
    EXPECT_EQ(choose(table, "s2026._domainkey.example.org"), "example.org s");
    EXPECT_EQ(choose(table, "S2026._domainkey.example.org"), "none");
    load("(k example.org:s:$K/rsa.pem\n", tables::TableKind::Refile);
    EXPECT_THAT(texts(report_.problems), HasSubstr("KeyTable:1: "));
}

TEST_F(KeyTables, FilesBeyondTheEagerOnesAreReadWhenNeeded) {
    ring_ = std::make_shared<KeyRing>(clock_, KeyRingOptions{.eager = 1});
    const auto table = load("a example.org:s:$K/broken.pem\nb example.org:s:$K/rsa.pem\n"
                            "c example.org:s:$K/none.pem\n");
    EXPECT_EQ(choose(table, "b"), "example.org s");
    EXPECT_THAT(texts(report_.warnings), HasSubstr("KeyTable:1: "));
    EXPECT_THAT(texts(report_.warnings),
                HasSubstr("KeyTable:3: ")); // missing, seen without reading
    EXPECT_THAT(texts(report_.warnings), Not(HasSubstr("KeyTable:2: ")));
}

TEST_F(KeyTables, UnsafeKeysAreToldOf) {
    place_.write("open.pem", rsa_pem(), 0644);
    load("k example.org:s:$K/open.pem\n");
    EXPECT_THAT(texts(report_.warnings), HasSubstr("open.pem: mode 0644: others can read it"));
}

} // namespace
} // namespace postern::sign
