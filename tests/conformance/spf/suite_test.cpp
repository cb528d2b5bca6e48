// Every case of the RFC 7208 suite with every engine: result and explanation.
#include "common/base/text.hpp"
#include "tests/conformance/spf/suite.hpp"
#include "tests/support/spf_engines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <tuple>

namespace postern::conformance {
namespace {

using testing_support::engines_under_test;
using testing_support::EngineUnderTest;

const std::vector<SuiteCase>& suite() {
    static const std::vector<SuiteCase> cases =
        read_suite(POSTERN_SOURCE_DIR "/tests/conformance/spf/rfc7208-tests.yml");
    return cases;
}

/// Nothing, or what is wrong.
std::string problem_of(const SuiteCase& one, const spf::Verdict& verdict) {
    const std::string result(to_string(verdict.status));
    if (std::find(one.results.begin(), one.results.end(), result) == one.results.end())
        return "result " + result + ", wanted " + one.results.front() + " (" + verdict.problem +
               ')';
    if (one.explanation && *one.explanation != verdict.explanation)
        return "explanation \"" + verdict.explanation + "\", wanted \"" + *one.explanation + '"';
    return {};
}

using Parameter = std::tuple<EngineUnderTest, SuiteCase>;

class Rfc7208Suite : public testing::TestWithParam<Parameter> {};

TEST_P(Rfc7208Suite, GivesTheResultAndExplanation) {
    const auto& [engine, one] = GetParam();
    const spf::Verdict verdict = engine.get().check(one.query, *one.dns, no_hurry());
    EXPECT_EQ(problem_of(one, verdict), "") << one.scenario << ", RFC 7208 " << one.section;
}

/// "own_toolonglabel"; GoogleTest wants letters, digits and underscores.
std::string name_of_parameter(const testing::TestParamInfo<Parameter>& info) {
    const auto& [engine, one] = info.param;
    std::string name = std::string(engine.name) + '_' + one.name;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !is_digit(c) && !is_alpha(c); }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Openspf, Rfc7208Suite,
                         testing::Combine(testing::ValuesIn(engines_under_test()),
                                          testing::ValuesIn(suite())),
                         name_of_parameter);

TEST(Rfc7208SuiteFile, HasAllItsCases) {
    std::set<std::string> names;
    std::size_t explained = 0;
    for (const SuiteCase& one : suite()) {
        names.insert(one.name);
        explained += one.explanation ? 1 : 0;
    }
    EXPECT_EQ(suite().size(), 203U);
    EXPECT_EQ(names.size(), 203U);
    EXPECT_EQ(explained, 22U);
}

TEST(Rfc7208SuiteInThreads, EightAtOnceSayTheSame) {
    constexpr int kThreads = 8;
    constexpr int kRounds = 10;
    for (const EngineUnderTest& engine : engines_under_test()) {
        std::atomic<int> wrong = 0;
        std::atomic<int> done = 0;
        std::vector<std::thread> threads;
        threads.reserve(kThreads);
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&, thread] {
                const auto start = static_cast<std::size_t>(thread) * suite().size() / kThreads;
                for (std::size_t i = 0; i < suite().size() * kRounds; ++i) {
                    const SuiteCase& one = suite()[(start + i) % suite().size()];
                    const spf::Verdict verdict =
                        engine.get().check(one.query, *one.dns, no_hurry());
                    if (!problem_of(one, verdict).empty()) ++wrong;
                    ++done;
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        EXPECT_EQ(wrong, 0) << engine.name;
        EXPECT_EQ(done, kThreads * kRounds * 203) << engine.name;
    }
}

} // namespace
} // namespace postern::conformance
