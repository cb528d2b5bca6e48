#include "common/message/survey.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace postern::message {
namespace {

using testing_support::name_of;
using namespace std::string_literals;

struct Findings {
    std::uint64_t longest = 0;
    bool eight_bit = false, nul = false, bare_cr = false, bare_lf = false;
    friend bool operator==(const Findings&, const Findings&) = default;
    friend void PrintTo(const Findings& found, std::ostream* out) {
        *out << "longest=" << found.longest << " 8bit=" << found.eight_bit << " nul=" << found.nul
             << " cr=" << found.bare_cr << " lf=" << found.bare_lf;
    }
};

Findings of(const BodySurvey& survey) {
    return {survey.longest_line(), survey.has_8bit(), survey.has_nul(), survey.has_bare_cr(),
            survey.has_bare_lf()};
}

enum class Scan { Fast, Portable };

Findings survey(std::string_view body, std::size_t chunk, Scan scan) {
    BodySurvey survey;
    for (std::size_t at = 0; at < body.size(); at += chunk) {
        const auto piece = body.substr(at, chunk);
        scan == Scan::Fast ? survey.update(piece) : survey.update_portable(piece);
    }
    survey.finish();
    EXPECT_EQ(survey.octets(), body.size());
    return of(survey);
}

struct Case {
    const char* name;
    std::string body;
    Findings found;
};
class Survey : public testing::TestWithParam<Case> {};
TEST_P(Survey, FindsWhatIsThereInAnyChunking) {
    for (const std::size_t chunk : {1ul, 2ul, 7ul, 63ul, 64ul, 65ul, 1000ul, 1000000ul}) {
        EXPECT_EQ(survey(GetParam().body, chunk, Scan::Fast), GetParam().found) << chunk;
        EXPECT_EQ(survey(GetParam().body, chunk, Scan::Portable), GetParam().found) << chunk;
    }
}
INSTANTIATE_TEST_SUITE_P(
    Table, Survey,
    testing::Values(Case{"nothing", "", {}}, Case{"clean", "a\r\nb\r\n\r\n", {}},
                    Case{"line_of_998", std::string(998, 'x') + "\r\n", {}},
                    Case{"line_of_999", std::string(999, 'x') + "\r\n", {.longest = 999}},
                    Case{"line_of_999_without_end", std::string(999, 'x'), {.longest = 999}},
                    Case{"two_long_lines",
                         std::string(2000, 'x') + "\r\n" + std::string(1500, 'x') + "\r\n",
                         {.longest = 2000}},
                    Case{"long_line_by_bare_lf",
                         std::string(999, 'x') + "\n",
                         {.longest = 999, .bare_lf = true}},
                    Case{"many_lines_together_longer",
                         std::string(998, 'x') + "\r\n" + std::string(998, 'x') + "\r\n",
                         {}},
                    Case{"eight_bit", "caf\xc3\xa9\r\n", {.eight_bit = true}},
                    Case{"nul", "a\0b\r\n"s, {.nul = true}},
                    Case{"bare_cr", "a\rb\r\n", {.bare_cr = true}},
                    Case{"bare_cr_last", "a\r", {.bare_cr = true}},
                    Case{"two_cr_before_lf", "a\r\r\n", {.bare_cr = true}},
                    Case{"bare_lf", "a\nb\r\n", {.bare_lf = true}},
                    Case{"bare_lf_first", "\na", {.bare_lf = true}},
                    Case{"two_lf_after_cr", "a\r\n\n", {.bare_lf = true}},
                    Case{"lf_cr", "a\n\rb", {.bare_cr = true, .bare_lf = true}}),
    name_of);

/// The definitions, octet by octet.
Findings by_the_rule(std::string_view body) {
    Findings found;
    std::size_t line = 0;
    for (std::size_t i = 0; i <= body.size(); ++i) {
        const bool end = i == body.size();
        const bool after_cr = i > 0 && body[i - 1] == '\r';
        if (!end) {
            found.eight_bit |= static_cast<unsigned char>(body[i]) >= 0x80;
            found.nul |= body[i] == '\0';
        }
        if (after_cr && (end || body[i] != '\n')) found.bare_cr = true;
        if (!end && body[i] == '\n' && !after_cr) found.bare_lf = true;
        if (end || body[i] == '\n') {
            const std::size_t size = i - line - (!end && after_cr && i > line ? 1 : 0);
            if (size > BodySurvey::kMaxLine)
                found.longest = std::max<std::uint64_t>(found.longest, size);
            line = i + 1;
        }
    }
    return found;
}

TEST(BodySurvey, AgreesWithTheDefinitionsOnRandomBodies) {
    std::mt19937 random(998);
    for (int round = 0; round < 4000; ++round) {
        std::string body;
        const std::size_t size = random() % 4000;
        const std::uint64_t rare = 1 + random() % 2000; // how rare what is wrong is
        const std::size_t longest = std::array{100u, 300u, 520u, 1100u}[random() % 4];
        while (body.size() < size) {
            body.append(random() % longest, 'x');
            body += random() % rare == 0 ? "\r" : "";
            body += random() % rare == 0 ? "\n" : "";
            body += random() % rare == 0 ? "\xc3" : "";
            body += random() % 8 != 0 ? "\r\n" : "";
            if (random() % rare == 0) body.push_back('\0');
        }
        const Findings expected = by_the_rule(body);
        EXPECT_EQ(survey(body, 1 + random() % 300, Scan::Fast), expected);
        EXPECT_EQ(survey(body, 1 + random() % 300, Scan::Portable), expected);
        EXPECT_EQ(survey(body, body.size() + 1, Scan::Fast), expected);
    }
}

} // namespace
} // namespace postern::message
