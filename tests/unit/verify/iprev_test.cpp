// RFC 8601 2.7.3: what each combination of reverse and forward lookup is called.
#include "common/dns/fixture.hpp"
#include "milters/verify/iprev.hpp"

#include <gmock/gmock.h>

namespace postern::verify {
namespace {

using dns::Outcome;
using dns::RecordType;

class IprevTest : public testing::Test {
protected:
    Iprev check(const char* address) {
        return check_iprev(*IpAddress::parse(address), dns_,
                           {.at = std::chrono::steady_clock::now() + std::chrono::seconds(5)});
    }
    dns::FixtureResolver dns_;
};

constexpr const char* kReverse = "7.2.0.192.in-addr.arpa";

TEST_F(IprevTest, PassesWhenTheNameLeadsBack) {
    dns_.add(kReverse, RecordType::PTR, "mx.example.org")
        .add("mx.example.org", RecordType::A, "192.0.2.6")
        .add("mx.example.org", RecordType::A, "192.0.2.7");
    const Iprev found = check("192.0.2.7");
    EXPECT_EQ(found.status, IprevStatus::Pass);
    EXPECT_EQ(found.name, "mx.example.org");
}

TEST_F(IprevTest, OneOfSeveralNamesIsEnough) {
    dns_.add(kReverse, RecordType::PTR, "a.example.org")
        .add(kReverse, RecordType::PTR, "b.example.org")
        .fail("a.example.org", Outcome::ServFail)
        .add("b.example.org", RecordType::A, "192.0.2.7");
    EXPECT_EQ(check("192.0.2.7").status, IprevStatus::Pass);
}

TEST_F(IprevTest, LooksAtAaaaOfIpv6Clients) {
    dns_.add("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
             RecordType::PTR, "mx.example.org")
        .add("mx.example.org", RecordType::AAAA, "2001:db8::1");
    EXPECT_EQ(check("2001:db8::1").status, IprevStatus::Pass);
}

TEST_F(IprevTest, FailsWhenTheNameLeadsElsewhereOrNowhere) {
    dns_.add(kReverse, RecordType::PTR, "mx.example.org")
        .add("mx.example.org", RecordType::A, "192.0.2.8")
        .add("8.2.0.192.in-addr.arpa", RecordType::PTR, "nowhere.example");
    EXPECT_EQ(check("192.0.2.7").status, IprevStatus::Fail);
    EXPECT_EQ(check("192.0.2.8").status, IprevStatus::Fail);
}

TEST_F(IprevTest, ANameThatIsMissingIsPermanent) {
    EXPECT_EQ(check("192.0.2.7").status, IprevStatus::PermError); // NXDOMAIN
    dns_.add_empty(kReverse);
    EXPECT_EQ(check("192.0.2.7").status, IprevStatus::PermError); // no data
}

TEST_F(IprevTest, SilenceIsTemporary) {
    dns_.fail(kReverse, Outcome::Timeout);
    EXPECT_EQ(check("192.0.2.7").status, IprevStatus::TempError);
    dns_.add("8.2.0.192.in-addr.arpa", RecordType::PTR, "mx.example.org")
        .fail("mx.example.org", Outcome::ServFail);
    EXPECT_EQ(check("192.0.2.8").status, IprevStatus::TempError);
}

TEST_F(IprevTest, AsksForTenNamesAtMost) { // RFC 7208 4.6.4, as RFC 8601 proposes
    for (int i = 0; i < 30; ++i)
        dns_.add(kReverse, RecordType::PTR, "n" + std::to_string(i) + ".example.org");
    EXPECT_EQ(check("192.0.2.7").status, IprevStatus::Fail);
    EXPECT_EQ(dns_.asked(), 1U + 10U);
}

TEST_F(IprevTest, TheFirstQuestionsHaveWhatPostfixFoundInThem) {
    const auto client = *IpAddress::parse("192.0.2.7");
    EXPECT_THAT(iprev_questions(client, ""),
                testing::ElementsAre(dns::Question{kReverse, RecordType::PTR}));
    EXPECT_THAT(iprev_questions(client, "mx.example.org"),
                testing::ElementsAre(dns::Question{kReverse, RecordType::PTR},
                                     dns::Question{"mx.example.org", RecordType::A}));
}

} // namespace
} // namespace postern::verify
