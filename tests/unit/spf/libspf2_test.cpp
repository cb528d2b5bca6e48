// What is particular to the engine of libspf2: what crashes the library, what it drops silently,
// and that nothing of ours gets lost on the way through its C.
#include "common/dns/fixture.hpp"
#include "common/spf/engine.hpp"
#include "common/spf/libspf2.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace postern::spf {
namespace {

using dns::RecordType;
using testing::ElementsAre;
using How = LibSpf2End::How;

dns::Deadline soon() { return {.at = std::chrono::steady_clock::now() + std::chrono::seconds(20)}; }

std::string repeated(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i)
        out += text;
    return out;
}

class LibSpf2Engine : public testing::Test {
protected:
    dns::FixtureResolver dns;

    void txt(std::string_view name, std::string text) {
        dns.add(name, RecordType::TXT, dns::Record{.text = std::move(text)});
    }
    Verdict check(EngineKind kind = EngineKind::LibSpf2, std::string_view client = "192.0.2.1") {
        return make_engine(kind)->check({.client = *IpAddress::parse(client),
                                         .mail_from = "user@example.org",
                                         .helo = "mail.example.net"},
                                        dns, soon());
    }
};

// CVE-2023-42118: a string literal behind many macros underflows a length in libspf2's parser. Both
// texts end a program that gives them to SPF_record_compile() or SPF_record_compile_macro() of
// Debian 12 ("stack smashing detected").

TEST_F(LibSpf2Engine, Cve202342118InARecordOfSixKilobytesIsAVerdict) {
    txt("example.org",
        "v=spf1 exists:" + repeated("%{d}", 127) + repeated("A", 6000) + ".com -all");
    const Verdict verdict = check();
    EXPECT_EQ(verdict.status, Status::Fail); // nobody has a label of 6000 octets
    EXPECT_EQ(verdict.mechanism, "-all");
}
TEST_F(LibSpf2Engine, Cve202342118InAnExplanationIsAVerdict) {
    txt("example.org", "v=spf1 -all exp=e.example.com");
    txt("e.example.com", repeated("%{d}", 127) + "AAAA");
    const Verdict verdict = check();
    EXPECT_EQ(verdict.status, Status::Fail);
    EXPECT_TRUE(verdict.explanation.starts_with("example.orgexample.org"));
}

// What libspf2 compiles is cut at 511 octets.

TEST_F(LibSpf2Engine, FindsEveryTermOfARecordOfThreeThousand) {
    std::string record = "v=spf1";
    for (int i = 0; i < 3000; ++i)
        record += std::string(i % 2 == 0 ? " -" : " +") + "ip4:10." + std::to_string(i / 250) +
                  '.' + std::to_string(i % 250) + ".1";
    txt("example.org", record + " ~all");
    const Verdict even = check(EngineKind::LibSpf2, "10.11.248.1");
    EXPECT_EQ(even.status, Status::Fail);
    EXPECT_EQ(even.mechanism, "-ip4:10.11.248.1");
    const Verdict odd = check(EngineKind::LibSpf2, "10.7.99.1");
    EXPECT_EQ(odd.status, Status::Pass);
    EXPECT_EQ(odd.mechanism, "+ip4:10.7.99.1");
    EXPECT_EQ(check().mechanism, "~all");
}
TEST_F(LibSpf2Engine, TellsWhichOfTheLiteralsAroundLookupsItWas) {
    txt("example.org", "v=spf1 ?ip4:192.0.2.9 a:other.example ip4:192.0.2.8 ~ip4:192.0.2.0/24 "
                       "mx:other.example -ip4:192.0.2.1 ptr -all");
    const Verdict verdict = check();
    EXPECT_EQ(verdict.status, Status::SoftFail);
    EXPECT_EQ(verdict.mechanism, "~ip4:192.0.2.0/24");
    EXPECT_EQ(verdict.lookups, 1U);
}

// The trace says the same as that of the own engine.

TEST_F(LibSpf2Engine, TracesTheStepsOfTheOwnEngine) {
    txt("example.org", "v=spf1 ip4:10.0.0.1 a:host.example include:other.example mx ?all");
    txt("other.example", "v=spf1 ip6:::1 exists:gone.example -all");
    dns.add("host.example", RecordType::A, "198.51.100.1");
    dns.add("example.org", RecordType::MX, "10 host.example");
    std::vector<std::vector<std::string>> traces;
    for (const EngineKind kind : {EngineKind::Own, EngineKind::LibSpf2}) {
        std::vector<std::string> steps;
        Query query{.client = *IpAddress::parse("192.0.2.1"), .mail_from = "user@example.org"};
        query.trace = [&](std::string_view step) { steps.emplace_back(step); };
        std::ignore = make_engine(kind)->check(query, dns, soon());
        traces.push_back(steps);
    }
    EXPECT_GE(traces[0].size(), 10U);
    EXPECT_EQ(traces[0], traces[1]);
}

// C between C++: nothing thrown passes it, nothing thrown is lost.

class ThrowingResolver final : public dns::Resolver {
public:
    explicit ThrowingResolver(dns::FixtureResolver& zone, std::string name)
        : zone_(zone), name_(std::move(name)) {}
    std::vector<dns::Answer> ask(std::span<const dns::Question> questions,
                                 const dns::Deadline& deadline) override {
        for (const dns::Question& question : questions)
            if (question.name == name_) throw std::runtime_error("no " + name_);
        return zone_.ask(questions, deadline);
    }

private:
    dns::FixtureResolver& zone_;
    std::string name_;
};

TEST_F(LibSpf2Engine, AnExceptionOfTheResolverComesThrough) {
    txt("example.org", "v=spf1 include:other.example -all");
    txt("other.example", "v=spf1 a:bad.example -all");
    ThrowingResolver resolver(dns, "bad.example");
    EXPECT_THROW(std::ignore = make_engine(EngineKind::LibSpf2)
                                   ->check({.client = *IpAddress::parse("192.0.2.1"),
                                            .mail_from = "user@example.org"},
                                           resolver, soon()),
                 std::runtime_error);
}

/// Finds what it is told for every token, and keeps what it was asked.
class ScriptedOracle final : public LibSpf2Oracle {
public:
    std::optional<LibSpf2Found> found = LibSpf2Found{};
    std::optional<Status> included = Status::Fail;
    std::vector<std::string> asked;
    bool throws = false;

    std::optional<LibSpf2Found> addresses(std::string_view token) override {
        return answer("a " + std::string(token));
    }
    std::optional<LibSpf2Found> hosts(std::string_view token) override {
        return answer("mx " + std::string(token));
    }
    std::optional<LibSpf2Found> client_names() override { return answer("ptr"); }
    std::optional<Status> include(std::string_view token) override {
        asked.push_back("include " + std::string(token));
        if (throws) throw std::runtime_error("thrown");
        return included;
    }

private:
    std::optional<LibSpf2Found> answer(std::string what) {
        asked.push_back(std::move(what));
        if (throws) throw std::runtime_error("thrown");
        return found;
    }
};

class LibSpf2Library : public testing::Test {
protected:
    LibSpf2 library;
    ScriptedOracle oracle;
    LibSpf2End run(std::vector<std::string> terms, std::string_view client = "192.0.2.1") {
        return library.interpret(terms, *IpAddress::parse(client), oracle);
    }
};

TEST_F(LibSpf2Library, MatchesByQualifier) {
    EXPECT_EQ(run({"-ip4:192.0.2.0/24", "+all"}),
              (LibSpf2End{.how = How::Match, .status = Status::Fail}));
    EXPECT_EQ(run({"-ip4:192.0.2.0/24", "~all"}, "2001:db8::1"),
              (LibSpf2End{.how = How::Match, .status = Status::SoftFail}));
    EXPECT_EQ(run({"ip6:2001:db8::/33"}), LibSpf2End{});
    EXPECT_EQ(run({}), LibSpf2End{});
}
TEST_F(LibSpf2Library, AsksInOrderUntilOneMatches) {
    oracle.found->addresses = {*IpAddress::parse("192.0.2.7")};
    oracle.found->names = {"h0.x"};
    EXPECT_EQ(run({"a:t0.x", "mx:t1.x/31", "include:t2.x", "?a:t3.x/29", "-all"}),
              (LibSpf2End{.how = How::Match, .status = Status::Neutral}));
    EXPECT_THAT(oracle.asked, ElementsAre("a t0.x", "mx t1.x", "a h0.x", "include t2.x", "a t3.x"));
}
TEST_F(LibSpf2Library, MapsWhatAnIncludeComesTo) {
    for (const Status status : {Status::Fail, Status::SoftFail, Status::Neutral}) {
        oracle.included = status;
        EXPECT_EQ(run({"-include:t0.x"}), LibSpf2End{}) << to_string(status);
    }
    oracle.included = Status::Pass;
    EXPECT_EQ(run({"-include:t0.x"}), (LibSpf2End{.how = How::Match, .status = Status::Fail}));
}
TEST_F(LibSpf2Library, StopsWhereTheOracleDoesNotGoOn) {
    for (const char* term : {"a:t0.x", "mx:t0.x", "ptr:t0.x", "exists:t0.x", "include:t0.x"}) {
        oracle.asked.clear();
        oracle.found.reset();
        oracle.included.reset();
        EXPECT_EQ(run({term, "exists:t1.x", "-all"}).how, How::Stopped) << term;
        EXPECT_EQ(oracle.asked.size(), 1U) << term;
    }
}
TEST_F(LibSpf2Library, ThrowsWhatTheOracleThrows) {
    oracle.throws = true;
    for (const char* term : {"a:t0.x", "mx:t0.x", "ptr:t0.x", "exists:t0.x", "include:t0.x"})
        EXPECT_THROW(run({term, "exists:t1.x", "-all"}), std::runtime_error) << term;
}
TEST_F(LibSpf2Library, TakesNoRecordItWouldCutAndNoTermItWouldDrop) {
    EXPECT_ANY_THROW(run(std::vector<std::string>(61, "ip4:192.0.2.7")));
    EXPECT_ANY_THROW(run({"ip4:192.0.2.7/33"}));
    EXPECT_ANY_THROW(run({"nonsense:t0.x"}));
    EXPECT_ANY_THROW(run({"a:a-name-that-is-no-token.example"}));
}
TEST_F(LibSpf2Library, HoldsAsMuchAsItsCapacitySays) {
    const std::vector<std::string> terms{"-ip4:192.0.2.7/31", "?ip6:2001:db8:ffff:ffff::/127",
                                         "~a:t1234567890123.x/24//127", "?exists:m1.x",
                                         "+include:t1.x"};
    for (const std::string& term : terms) {
        std::vector<std::string> record(LibSpf2::kCapacity / LibSpf2::term_size(term), term);
        oracle.asked.clear();
        EXPECT_EQ(run(record), LibSpf2End{}) << term;
        if (term.find("ip") == std::string::npos) {
            EXPECT_EQ(oracle.asked.size(), record.size()) << term;
        }
    }
}

} // namespace
} // namespace postern::spf
