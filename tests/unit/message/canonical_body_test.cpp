#include "common/message/canonical_body.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace postern::message {
namespace {

using testing_support::name_of;

constexpr Canonicalization kForms[] = {Canonicalization::Simple, Canonicalization::Relaxed};

std::string canonical(Canonicalization form, const std::vector<std::string_view>& chunks) {
    BodyCanonicalizer body(form);
    std::string out;
    const auto sink = [&](std::string_view octets) { out.append(octets); };
    for (const auto chunk : chunks) {
        // a copy that dies at once: nothing may be kept of a chunk
        const std::string copy(chunk);
        body.update(copy, sink);
    }
    body.finish(sink);
    EXPECT_EQ(body.octets(), out.size());
    return out;
}
std::string canonical(Canonicalization form, std::string_view body) {
    return canonical(form, std::vector{body});
}

struct Case {
    const char* name;
    std::string_view body, relaxed, simple;
};
class CanonicalBody : public testing::TestWithParam<Case> {};
TEST_P(CanonicalBody, RelaxedIsThatOfRfc6376Section344) {
    EXPECT_EQ(canonical(Canonicalization::Relaxed, GetParam().body), GetParam().relaxed);
}
TEST_P(CanonicalBody, SimpleIsThatOfRfc6376Section343) {
    EXPECT_EQ(canonical(Canonicalization::Simple, GetParam().body), GetParam().simple);
}
TEST_P(CanonicalBody, IsTheSameForEachCutIntoTwo) {
    const auto body = GetParam().body;
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
        const std::vector chunks{body.substr(0, cut), body.substr(cut)};
        EXPECT_EQ(canonical(Canonicalization::Relaxed, chunks), GetParam().relaxed) << cut;
        EXPECT_EQ(canonical(Canonicalization::Simple, chunks), GetParam().simple) << cut;
    }
}
INSTANTIATE_TEST_SUITE_P(
    Table, CanonicalBody,
    testing::Values(
        // RFC 6376 3.4.5, examples 1 and 2
        Case{"rfc6376_example", " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n", " C \r\nD \t E\r\n"},
        // RFC 6376 3.4.3: "0D0A"; 3.4.4: "null input"
        Case{"empty", "", "", "\r\n"}, Case{"one_empty_line", "\r\n", "", "\r\n"},
        Case{"empty_lines", "\r\n\r\n\r\n", "", "\r\n"},
        Case{"blank_lines", " \r\n\t\r\n", "", " \r\n\t\r\n"},
        Case{"blank_without_line_end", " \t", "", " \t\r\n"},
        // reduce first, then drop the tail
        Case{"blank_line_of_spaces_at_end", "a\r\n \r\n", "a\r\n", "a\r\n \r\n"},
        Case{"blank_line_at_end_without_crlf", "a\r\n ", "a\r\n", "a\r\n \r\n"},
        Case{"many_kinds_of_tail", "a\r\n\r\n \r\n\t \r\n\r\n", "a\r\n", "a\r\n\r\n \r\n\t \r\n"},
        Case{"no_last_crlf", "a", "a\r\n", "a\r\n"},
        Case{"no_last_crlf_after_blanks", "a  ", "a\r\n", "a  \r\n"},
        Case{"empty_lines_inside", "a\r\n\r\n \r\nb\r\n", "a\r\n\r\n\r\nb\r\n",
             "a\r\n\r\n \r\nb\r\n"},
        Case{"empty_lines_first", "\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n"},
        Case{"runs", "  a \t b\tc  \r\n", " a b c\r\n", "  a \t b\tc  \r\n"},
        // only CRLF ends a line (RFC 6376 2.8)
        Case{"bare_cr", "a\rb \r c\r", "a\rb \r c\r\r\n", "a\rb \r c\r\r\n"},
        Case{"bare_cr_before_crlf", "a\r\r\n", "a\r\r\n", "a\r\r\n"},
        Case{"bare_cr_last_after_blank", "a \r", "a \r\r\n", "a \r\r\n"},
        Case{"bare_lf", "a \n b\n\n", "a \n b\n\n\r\n", "a \n b\n\n\r\n"},
        Case{"lf_cr", "a\n\r\n", "a\n\r\n", "a\n\r\n"},
        Case{"nul_is_an_octet", std::string_view("a\0  b\r\n", 7), std::string_view("a\0 b\r\n", 6),
             std::string_view("a\0  b\r\n", 7)}),
    name_of);

TEST(BodyCanonicalizer, IsAsNewAfterFinish) {
    for (const auto form : kForms) {
        BodyCanonicalizer body(form);
        std::string out;
        const auto sink = [&](std::string_view octets) { out.append(octets); };
        body.update(std::string_view("a \r\n \r"), sink);
        body.finish(sink);
        out.clear();
        body.update(std::string_view("b"), sink);
        body.finish(sink);
        EXPECT_EQ(out, "b\r\n");
        EXPECT_EQ(body.octets(), 3u);
        out.clear();
        body.finish(sink); // a body that never came
        EXPECT_EQ(out, form == Canonicalization::Simple ? "\r\n" : "");
        EXPECT_EQ(body.octets(), out.size());
    }
}

TEST(BodyCanonicalizer, HandsOutLongViewsOfTextThatNeedsNoEdit) {
    std::string text;
    while (text.size() < 60000)
        text += "The quick brown fox jumps over the lazy dog.\r\n\r\n";
    text += "the end";
    for (const auto form : kForms) {
        BodyCanonicalizer body(form);
        int calls = 0;
        body.update(text, [&](std::string_view octets) {
            ++calls;
            EXPECT_EQ(octets.data(), text.data());
            EXPECT_EQ(octets.size(), text.size());
        });
        EXPECT_EQ(calls, 1);
    }
}

TEST(BodyCanonicalizer, GathersShortPieces) {
    std::string text;
    while (text.size() < 64000)
        text += "Two blanks.  Two blanks.\tA tab. \r\n";
    BodyCanonicalizer body(Canonicalization::Relaxed);
    int calls = 0;
    body.update(text, [&](std::string_view) { ++calls; });
    EXPECT_LE(calls, 10);
}

// What is held back is a count and a flag: a lot of it comes out whole, and costs no memory.
TEST(BodyCanonicalizer, HoldsBackAnyNumberOfEmptyLines) {
    std::string lines;
    for (int i = 0; i < 100001; ++i)
        lines += "\r\n";
    const std::string blanks(1000000, ' ');
    for (const auto form : kForms)
        EXPECT_EQ(canonical(form, {"a", lines, lines, "b", lines, lines}),
                  "a" + lines + lines + "b\r\n");
    EXPECT_EQ(canonical(Canonicalization::Relaxed, {"a", blanks, blanks, "b", blanks, "\r\n"}),
              "a b\r\n");
    EXPECT_LE(sizeof(BodyCanonicalizer), 32u);
}

class Random {
public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return engine_() % limit; }
    std::string text(std::size_t size) {
        // pieces rather than octets, so that runs and near-misses are frequent
        static constexpr std::string_view kPieces[] = {
            " ",        "\t",
            "\r\n",     "\r",
            "\n",       "a",
            ".",        "  ",
            " \r\n",    "\r\n\r\n",
            "        ", "\r\n\r\n\r\n\r\n\r\n",
            "word",     "A line of text that is longer than one vector of 64."};
        std::string out;
        while (out.size() < size)
            out += kPieces[below(std::size(kPieces))];
        return out;
    }
    std::vector<std::string_view> cuts(std::string_view text, std::size_t longest) {
        std::vector<std::string_view> chunks;
        while (!text.empty()) {
            const std::size_t size = std::min(below(longest + 1), text.size());
            chunks.push_back(text.substr(0, size));
            text.remove_prefix(size);
        }
        return chunks;
    }

private:
    std::mt19937 engine_;
};

TEST(BodyCanonicalizer, GivesTheSameForAnyChunking) {
    Random random(6376);
    for (int round = 0; round < 3000; ++round) {
        const std::string text = random.text(random.below(400));
        for (const auto form : kForms) {
            const std::string whole = canonical(form, text);
            EXPECT_EQ(canonical(form, random.cuts(text, 3)), whole);
            EXPECT_EQ(canonical(form, random.cuts(text, 80)), whole);
        }
    }
}

TEST(BodyCanonicalizer, OfACanonicalBodyIsTheIdentity) {
    Random random(344);
    for (int round = 0; round < 3000; ++round) {
        const std::string text = random.text(random.below(400));
        for (const auto form : kForms) {
            const std::string once = canonical(form, text);
            EXPECT_EQ(canonical(form, once), once);
        }
    }
}

} // namespace
} // namespace postern::message
