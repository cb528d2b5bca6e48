#include "milters/sign/table_keys.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/sign/key_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::sign {
namespace {

using testing::HasSubstr;
using testing_support::name_of;

class Tables : public testing::Test {
protected:
    std::shared_ptr<const TableKeys> load(const std::string& signing,
                                          const std::string& type = "file:",
                                          Matches matches = Matches::First) {
        place_.write("rsa.pem", rsa_pem());
        std::string keys = "k1 example.com:s1:$K/rsa.pem\nk2 example.com:s2:$K/rsa.pem\n"
                           "k3 %:s3:$K/rsa.pem\ngone example.com:s:$K/gone.pem\nexample.net "
                           "example.net:s4:$K/rsa.pem\n";
        for (auto at = keys.find("$K"); at != std::string::npos; at = keys.find("$K"))
            keys.replace(at, 2, place_.path());
        return TableKeys::load(place_.write("KeyTable", keys),
                               type + place_.write("SigningTable", signing), matches, ring_,
                               report_);
    }
    static std::string select(const TableKeys& keys, const std::string& local,
                              const std::string& domain) {
        return text(keys.select({local, domain}));
    }
    std::string said() { return texts(report_.problems) + texts(report_.warnings); }

    KeyPlace place_;
    FixedClock clock_{today()};
    std::shared_ptr<KeyRing> ring_ = std::make_shared<KeyRing>(clock_);
    tables::Report report_;
};

struct Choice {
    const char* name;
    const char* signing;
    const char* type;
    Matches matches;
    const char* local;
    const char* domain;
    const char* answer;
};
class Choices : public Tables, public testing::WithParamInterface<Choice> {};
TEST_P(Choices, AreOpenDkims) {
    const auto& row = GetParam();
    EXPECT_THAT(select(*load(row.signing, row.type, row.matches), row.local, row.domain),
                HasSubstr(row.answer));
}
INSTANTIATE_TEST_SUITE_P(
    Table, Choices,
    testing::Values(Choice{"one", "example.com k1", "file:", Matches::First, "u", "Example.COM",
                           "d=example.com s=s1"},
                    Choice{"no_match", "example.com k1", "file:", Matches::First, "u",
                           "example.org", "none: no key for example.org"},
                    Choice{"key_name_percent", "* %", "file:", Matches::First, "u", "Example.NET",
                           "d=example.net s=s4"},
                    Choice{"key_name_percent_missing", "* %", "file:", Matches::First, "u",
                           "example.org", "broken: "},
                    Choice{"key_domain_percent", "* k3", "file:", Matches::First, "u",
                           "Example.Org", "d=example.org s=s3"},
                    Choice{"identity", "example.com k1:bob@%", "file:", Matches::First, "u",
                           "example.com", "i=bob@example.com"},
                    Choice{"identity_below", ".example.com k1:@%", "file:", Matches::First, "u",
                           "A.example.com", "d=example.com s=s1 i=@a.example.com"},
                    Choice{"identity_elsewhere_is_left_out", "* k1:@%", "file:", Matches::First,
                           "u", "example.org", "d=example.com s=s1"},
                    Choice{"bare_percent_signs_nothing", "* k1:%", "file:", Matches::First, "u",
                           "example.com", "none: "},
                    Choice{"missing_file_waits", "* gone", "file:", Matches::First, "u",
                           "example.com", "broken: "},
                    Choice{"missing_row_waits", "* nokey", "file:", Matches::First, "u",
                           "example.com", "no key row 'nokey'"},
                    Choice{"all", "* k1\n*@example.com k2", "refile:", Matches::All, "u",
                           "example.com", "d=example.com s=s1; d=example.com s=s2"},
                    Choice{"one_broken_spoils_all", "* k1\n*@example.com gone",
                           "refile:", Matches::All, "u", "example.com", "broken: "},
                    Choice{"u_labels_are_asked_again", "*@xn--bcher-kva.example k3",
                           "refile:", Matches::First, "u",
                           "b\xC3\xBC"
                           "cher.example",
                           "d=xn--bcher-kva.example s=s3"},
                    Choice{"quotes_are_part_of_the_query", "\"a b\"@example.com k1",
                           "refile:", Matches::First, "a b", "example.com", "none: "},
                    Choice{"quotes_are_matched", "\"a*b\"@example.com k1",
                           "refile:", Matches::First, "a b", "example.com", "d=example.com s=s1"}),
    name_of);

TEST_F(Tables, SameSignatureTwiceIsMadeOnce) {
    const auto keys = load("* k1\n*@example.com k1\n*@* k1:@%", "refile:", Matches::All);
    EXPECT_EQ(select(*keys, "u", "example.com"),
              "d=example.com s=s1; d=example.com s=s1 i=@example.com");
}

TEST_F(Tables, RowWithoutKeyRowIsAProblem) {
    load("example.com k1\nexample.org K1\n");
    EXPECT_THAT(texts(report_.problems),
                HasSubstr("SigningTable:2: signing row 'example.org' names the key 'K1'"));
}

TEST_F(Tables, MissingTablesAreProblems) {
    const auto keys = TableKeys::load("/nonexistent/k", "dsn:x", Matches::First, ring_, report_);
    EXPECT_THAT(texts(report_.problems), HasSubstr("/nonexistent/k: No such file"));
    EXPECT_THAT(texts(report_.problems), HasSubstr("dsn:"));
    EXPECT_EQ(select(*keys, "u", "example.com"), "none: no key for example.com");
}

TEST_F(Tables, IdentityOutsideOfTheDomainIsToldOf) {
    load("example.com k1:@example.org\nexample.net k1:@sub.example.com\n");
    EXPECT_THAT(said(), HasSubstr("SigningTable:1: signing row 'example.com': the identity "
                                  "'@example.org' is not at or under"));
    EXPECT_THAT(said(), testing::Not(HasSubstr("SigningTable:2: ")));
}

TEST_F(Tables, ReplacedKeyFileIsUsedWithoutReload) {
    const auto keys = load("* k1");
    EXPECT_EQ(keys->select({"u", "example.com"}).keys[0].key->type(), crypto::KeyType::Rsa);
    place_.write("rsa.pem", ed25519_pem());
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(keys->select({"u", "example.com"}).keys[0].key->type(), crypto::KeyType::Ed25519);
}

} // namespace
} // namespace postern::sign
