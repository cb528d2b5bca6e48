// Both engines judge the same random records and DNS data and must agree in everything they say.
// libspf2 finds out by itself which term of a record matches; the parser, the expander and the
// limits are common to both and have other judges (the suite, pyspf). Only in builds with libspf2.
#include "tests/conformance/spf/differential/random_case.hpp"
#include "tests/conformance/spf/suite.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace postern::conformance {
namespace {

constexpr std::uint64_t kFirstSeed = 1;
constexpr std::uint64_t kCases = 20000;

std::string text_of(const spf::Verdict& verdict) {
    return std::string(to_string(verdict.status)) + ", mechanism \"" + verdict.mechanism +
           "\", explanation \"" + verdict.explanation + "\", lookups " +
           std::to_string(verdict.lookups) + ", void " + std::to_string(verdict.void_lookups) +
           ", problem \"" + verdict.problem + '"';
}

/// "-ip4" of "-ip4:192.0.2.1"; the words of a verdict that are no mechanism as they are.
std::string kind_of(const spf::Verdict& verdict) {
    return verdict.mechanism.substr(0, verdict.mechanism.find_first_of(":/"));
}

TEST(SpfEngines, AgreeOnRandomRecordsAndDns) {
    const auto own = make_engine(spf::EngineKind::Own);
    const auto other = make_engine(spf::EngineKind::LibSpf2);
    std::map<std::string, int> results;
    std::map<std::string, int> mechanisms;
    int explained = 0;
    int limited = 0;
    for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kCases; ++seed) {
        const RandomCase one = make_random_case(seed);
        const spf::Verdict a = own->check(one.query, *one.dns, no_hurry());
        const spf::Verdict b = other->check(one.query, *one.dns, no_hurry());
        ASSERT_EQ(a, b) << "own     " << text_of(a) << "\nlibspf2 " << text_of(b) << '\n'
                        << text_of(one);
        ++results[std::string(to_string(a.status))];
        ++mechanisms[kind_of(a)];
        explained += a.explanation.empty() ? 0 : 1;
        limited += a.problem.starts_with("more than") ? 1 : 0;
    }
    for (const auto& [what, count] : results)
        RecordProperty(what, count);
    // Agreement means something only where things happen.
    constexpr std::array<std::string_view, 7> kResults{"none",     "neutral",   "pass",     "fail",
                                                       "softfail", "temperror", "permerror"};
    for (const std::string_view result : kResults)
        EXPECT_GE(results[std::string(result)], static_cast<int>(kCases / 100)) << result;
    constexpr std::array<std::string_view, 8> kMechanisms{"a",   "mx",  "ptr",    "include",
                                                          "ip4", "ip6", "exists", "all"};
    for (const std::string_view mechanism : kMechanisms) {
        constexpr std::array<std::string_view, 4> kQualifiers{"", "-", "~", "?"};
        for (const std::string_view qualifier : kQualifiers)
            EXPECT_GE(mechanisms[std::string(qualifier) + std::string(mechanism)], 10)
                << qualifier << mechanism;
    }
    EXPECT_GE(mechanisms["default"], 100);
    EXPECT_GE(explained, 100);
    EXPECT_GE(limited, 100);
}

} // namespace
} // namespace postern::conformance
