#include "milters/sign/key_directory.hpp"
#include "tests/unit/sign/key_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::sign {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

class Directory : public testing::Test {
protected:
    std::shared_ptr<const KeyDirectory> load(ParentDomains parents = ParentDomains::No) {
        report_ = {};
        return KeyDirectory::load(place_.path(), parents, ring_, report_);
    }
    static std::string select(const KeyDirectory& keys, const std::string& domain) {
        return text(keys.select({.local_part = "u", .domain = domain}));
    }

    KeyPlace place_;
    FixedClock clock_{today()};
    std::shared_ptr<KeyRing> ring_ = std::make_shared<KeyRing>(clock_);
    tables::Report report_;
};

TEST_F(Directory, EveryKeySignsEd25519FirstThenBySelector) {
    place_.write("example.org/b-rsa.pem", rsa_pem());
    place_.write("example.org/z-ed.pem", ed25519_pem());
    place_.write("example.org/a-rsa.pem", rsa_pem());
    const auto keys = load();
    EXPECT_EQ(select(*keys, "Example.ORG"),
              "d=example.org s=z-ed; d=example.org s=a-rsa; d=example.org s=b-rsa");
    EXPECT_EQ(select(*keys, "sub.example.org"), "none: no key for sub.example.org");
    EXPECT_EQ(select(*keys, "example.net"), "none: no key for example.net");
    EXPECT_EQ(texts(report_.warnings) + texts(report_.problems), "");
}

TEST_F(Directory, ParentDomainsWhenAsked) {
    place_.write("example.org/s.pem", rsa_pem());
    place_.write("own.example.org/t.pem", rsa_pem());
    std::filesystem::create_directory(place_.path("empty.example.org"));
    const auto keys = load(ParentDomains::Yes);
    EXPECT_EQ(select(*keys, "a.b.example.org"), "d=example.org s=s");
    EXPECT_EQ(select(*keys, "x.own.example.org"), "d=own.example.org s=t");
    EXPECT_EQ(select(*keys, "empty.example.org"), "d=example.org s=s");
    EXPECT_EQ(select(*keys, "notexample.org"), "none: no key for notexample.org");
}

TEST_F(Directory, FoldersInULabelsOrALabels) {
    place_.write("b\xC3\xBC"
                 "cher.example/s.pem",
                 rsa_pem());
    place_.write("xn--mller-kva.example/s.pem", rsa_pem());
    const auto keys = load();
    EXPECT_EQ(select(*keys, "xn--bcher-kva.example"), "d=xn--bcher-kva.example s=s");
    EXPECT_EQ(select(*keys, "b\xC3\xBC"
                            "cher.example"),
              "d=xn--bcher-kva.example s=s");
    EXPECT_EQ(select(*keys, "m\xC3\xBCller.example"), "d=xn--mller-kva.example s=s");
}

TEST_F(Directory, OtherFilesArePassedOver) {
    place_.write("example.org/s.pem", rsa_pem());
    place_.write("example.org/.hidden.pem", rsa_pem());
    place_.write("example.org/s.txt", "v=DKIM1");
    place_.write("example.org/s.pem~", rsa_pem());
    place_.write("example.org/sub/t.pem", rsa_pem());
    place_.write(".git/x.pem", rsa_pem());
    place_.write("README", "x");
    EXPECT_EQ(select(*load(), "example.org"), "d=example.org s=s");
    EXPECT_EQ(texts(report_.warnings), "");
}

TEST_F(Directory, OddNamesAreToldOf) {
    place_.write("example.org/my key.pem", rsa_pem());
    place_.write("not a domain/s.pem", rsa_pem());
    place_.write("stray.pem", rsa_pem());
    EXPECT_EQ(select(*load(), "example.org"), "none: no key for example.org");
    EXPECT_THAT(texts(report_.warnings), HasSubstr("my key.pem: the file name is no selector"));
    EXPECT_THAT(texts(report_.warnings), HasSubstr("not a domain: the folder name is no domain"));
    EXPECT_THAT(texts(report_.warnings), HasSubstr("stray.pem: a key here belongs to no domain"));
}

TEST_F(Directory, BrokenBesideGoodSignsWithTheGoodOnlyBrokenWaits) {
    place_.write("mixed.org/bad.pem", "x");
    place_.write("mixed.org/good.pem", rsa_pem());
    const std::string bad = place_.write("bad.org/bad.pem", "x");
    const auto keys = load();
    EXPECT_EQ(select(*keys, "mixed.org"), "d=mixed.org s=good");
    EXPECT_THAT(select(*keys, "bad.org"), HasSubstr("broken: " + bad));
    EXPECT_THAT(texts(report_.warnings), HasSubstr(bad));
    EXPECT_THAT(texts(report_.warnings), HasSubstr("mixed.org/bad.pem"));
}

TEST_F(Directory, KeysAndDomainsComeAndGoWithoutReload) {
    place_.write("example.org/one.pem", rsa_pem());
    const auto keys = load();
    place_.write("example.org/two.pem", rsa_pem());
    place_.write("example.net/new.pem", rsa_pem());
    EXPECT_EQ(select(*keys, "example.org"), "d=example.org s=one");
    EXPECT_EQ(select(*keys, "example.net"), "none: no key for example.net");
    clock_.advance(seconds(1));
    EXPECT_EQ(select(*keys, "example.org"), "d=example.org s=one; d=example.org s=two");
    EXPECT_EQ(select(*keys, "example.net"), "d=example.net s=new");
    std::filesystem::remove(place_.path("example.org/one.pem"));
    std::filesystem::remove_all(place_.path("example.net"));
    clock_.advance(seconds(1));
    EXPECT_EQ(select(*keys, "example.org"), "d=example.org s=two");
    EXPECT_EQ(select(*keys, "example.net"), "none: no key for example.net");
    place_.write("example.org/two.pem", ed25519_pem());
    clock_.advance(seconds(1));
    EXPECT_EQ(keys->select({"u", "example.org"}).keys.front().key->type(),
              crypto::KeyType::Ed25519);
}

TEST_F(Directory, MissingDirectoryIsAProblem) {
    tables::Report report;
    const auto keys = KeyDirectory::load("/nonexistent", ParentDomains::No, ring_, report);
    EXPECT_THAT(texts(report.problems), HasSubstr("/nonexistent: No such file"));
    EXPECT_EQ(select(*keys, "example.org"), "none: no key for example.org");
}

TEST_F(Directory, AuthorsWithoutADomainNameAreNotSigned) {
    const auto keys = load(ParentDomains::Yes);
    for (const char* domain : {"", "..", "a/b", "[192.0.2.1]", "../x"})
        EXPECT_THAT(select(*keys, domain), HasSubstr("none: "));
}

} // namespace
} // namespace postern::sign
