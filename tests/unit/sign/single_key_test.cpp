#include "milters/sign/single_key.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/sign/key_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::sign {
namespace {

using testing::HasSubstr;
using testing_support::name_of;

struct Case {
    const char* name;
    const char* domains;
    ParentDomains parents;
    const char* author;
    const char* answer;
};
class Single : public testing::TestWithParam<Case> {
protected:
    std::shared_ptr<const SingleKey> load(const SingleKey::Settings& settings) {
        return SingleKey::load(settings, std::make_shared<KeyRing>(clock_), report_);
    }
    KeyPlace place_;
    FixedClock clock_{today()};
    tables::Report report_;
};
TEST_P(Single, ChoosesAsOpenDkim) {
    const auto& row = GetParam();
    const auto key = load({row.domains, "s1", place_.write("k.pem", rsa_pem()), row.parents});
    ASSERT_NE(key, nullptr) << texts(report_.problems);
    EXPECT_EQ(text(key->select({"u", row.author})), row.answer);
}
constexpr auto kNo = ParentDomains::No, kYes = ParentDomains::Yes;
INSTANTIATE_TEST_SUITE_P(
    Table, Single,
    testing::Values(
        Case{"domain", "example.com", kNo, "Example.COM", "d=example.com s=s1"},
        Case{"not_below", "example.com", kNo, "a.example.com", "none: no key for a.example.com"},
        Case{"below", "example.com", kYes, "a.b.example.com", "d=example.com s=s1 i=@example.com"},
        Case{"below_the_nearest", "example.com,b.example.com", kYes, "a.b.example.com",
             "d=b.example.com s=s1 i=@b.example.com"},
        Case{"list", "example.com,example.org", kNo, "example.org", "d=example.org s=s1"},
        Case{"star", "*", kYes, "a.example.net", "d=a.example.net s=s1"},
        Case{"u_labels",
             "b\xC3\xBC"
             "cher.example",
             kNo, "xn--bcher-kva.example", "d=xn--bcher-kva.example s=s1"},
        Case{"no_suffix_match", "example.com", kYes, "notexample.com",
             "none: no key for notexample.com"}),
    name_of);

TEST_F(Single, ProblemsAreAllTold) {
    EXPECT_EQ(load({"exa$mple", "s s", "/nonexistent/k.pem"}), nullptr);
    EXPECT_THAT(texts(report_.problems), HasSubstr("domain 'exa$mple'"));
    EXPECT_THAT(texts(report_.problems), HasSubstr("selector 's s'"));
    EXPECT_THAT(texts(report_.problems), HasSubstr("/nonexistent/k.pem: No such file"));
}

} // namespace
} // namespace postern::sign
