// Tables of 100,000 rows: time to load, time to look up. Figures are printed; the bounds are the
// promises of postern-sign(8), loosened where sanitizers slow everything down.
#include "milters/sign/table_keys.hpp"
#include "tests/unit/sign/key_place.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace postern::sign {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlower = 20;
#else
constexpr double kSlower = 1;
#endif
constexpr int kRows = 100'000;

/// CPU seconds of this process: other programs of the machine do not count.
template <class F> double seconds_of(F&& work) {
    const std::clock_t began = std::clock();
    work();
    return static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
}

class LargeTable : public testing::Test {
protected:
    std::shared_ptr<const TableKeys> load(const std::string& type, const std::string& before) {
        std::string keys, signing;
        for (int i = 0; i < kRows; ++i) {
            const std::string n = std::to_string(i);
            keys += "k" + n + " d" + n + ".example:s:" + place_.path() + "/" +
                    std::to_string(i % 1500) + ".pem\n";
            signing += before + "d" + n + ".example k" + n + "\n";
        }
        const std::string k = place_.write("K", keys), s = type + place_.write("S", signing);
        std::shared_ptr<const TableKeys> tables;
        const double took =
            seconds_of([&] { tables = TableKeys::load(k, s, Matches::First, ring_, report_); });
        std::printf("%s%d rows: %.2f s\n", type.c_str(), kRows, took);
        EXPECT_LT(took, 2 * kSlower);
        EXPECT_EQ(texts(report_.problems) + texts(report_.warnings), "");
        return tables;
    }
    void look_up(const TableKeys& tables) {
        const double took = seconds_of([&] {
            for (int i = 0; i < 10'000; ++i) {
                const auto found =
                    tables.signing().find("u", "d" + std::to_string(i * 7) + ".example");
                EXPECT_EQ(found.size(), i * 7 < kRows ? 1U : 0U);
            }
        });
        std::printf("lookup: %.2f us\n", took * 100);
        EXPECT_LT(took, 0.5 * kSlower); // 50 us each; a walk over the rows would take milliseconds
    }
    void SetUp() override {
        for (int i = 0; i < 1500; ++i)
            place_.write(std::to_string(i) + ".pem", rsa_pem());
    }

    KeyPlace place_;
    FixedClock clock_{today()};
    std::shared_ptr<KeyRing> ring_ = std::make_shared<KeyRing>(clock_);
    tables::Report report_;
};

TEST_F(LargeTable, PlainLoadsInTwoSecondsAndLooksUpInConstantTime) { look_up(*load("file:", "")); }
TEST_F(LargeTable, RefileOfCommonShapesToo) {
    const auto tables = load("refile:", "*@");
    EXPECT_EQ(tables->signing().walked(), 0U);
    look_up(*tables);
}

TEST_F(LargeTable, CostOfOddPatterns) {
    tables::PatternList list(tables::LetterCase::Ignored);
    const double load = seconds_of([&] {
        for (int i = 0; i < 1000; ++i)
            ASSERT_TRUE(list.add("user" + std::to_string(i) + "@*"));
    });
    const double walk = seconds_of([&] {
        for (int i = 0; i < 20; ++i)
            EXPECT_EQ(list.first("someone@d" + std::to_string(i) + ".example.org"),
                      tables::PatternList::npos);
    });
    std::printf("1000 odd patterns: load %.1f ms, walk %.0f us per message\n", load * 1000,
                walk * 1e6 / 20);
    EXPECT_LT(load, 2 * kSlower);
}

TEST_F(LargeTable, CostOfReadingAKey) {
    const double took = seconds_of([&] {
        for (int i = 0; i < 500; ++i)
            ASSERT_TRUE(ring_->file(place_.path(std::to_string(i) + ".pem"))->load());
    });
    std::printf("RSA key, read and parsed: %.0f us\n", took * 1e6 / 500);
}

} // namespace
} // namespace postern::sign
