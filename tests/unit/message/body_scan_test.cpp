// The vector scan and the portable one against the rule spelled out octet by octet.
#include "common/message/body_scan.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace postern::message::detail {
namespace {

std::size_t by_the_rule(const std::string& text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        const char next = text[i + 1];
        if (text[i] == '\t') return i;
        if (text[i] == ' ' && (next == ' ' || next == '\t' || next == '\r')) return i;
    }
    return text.size() - 1;
}

void expect_found(const std::string& text) {
    const char* const begin = text.data();
    const char* const last = begin + text.size() - 1;
    const std::size_t expected = by_the_rule(text);
    EXPECT_EQ(static_cast<std::size_t>(find_white_space_to_edit_portable(begin, last) - begin),
              expected);
#if defined(__SSE2__)
    EXPECT_EQ(static_cast<std::size_t>(find_white_space_to_edit_sse2(begin, last) - begin),
              expected);
#endif
}

TEST(BodyScan, FindsEachKindOfEditAtEachPlace) {
    for (const char* edit : {"\t", "  ", " \t", " \r", " ", " \n", "\r", "\r\n"})
        for (std::size_t size = 1; size < 150; ++size)
            for (std::size_t at = 0; at < size; ++at) {
                std::string text(size, 'x');
                text.insert(at, edit);
                expect_found(text);
            }
}

TEST(BodyScan, AgreesWithTheRuleOnRandomOctets) {
    std::mt19937 random(1);
    for (int round = 0; round < 20000; ++round) {
        std::string text(1 + random() % 200, 'x');
        // mostly ordinary octets around the interesting ones in value, so that long runs occur
        for (auto& c : text)
            if (random() % 16 == 0)
                c = " \t\r\n\x08\x0b\x0c\x0e\x1f!\x89\xa0\x8d\x20"[random() % 14];
        expect_found(text);
    }
}

TEST(BlockEdits, AreTheSameByBothScansAndDoWhatTheRuleSays) {
    std::mt19937 random(64);
    for (int round = 0; round < 20000; ++round) {
        std::string text(2 * kBlock, 'x');
        for (auto& c : text)
            if (random() % 3 == 0) c = " \t\r\n  \x89\x08"[random() % 8];
        const BlockEdits edits = find_edits_portable(text.data());
#if defined(__SSE2__)
        EXPECT_EQ(find_edits_sse2(text.data()), edits);
#endif
        std::string expected; // reduced octet by octet
        for (std::size_t i = 0; i < kBlock; ++i) {
            const auto wsp = [&](std::size_t at) { return text[at] == ' ' || text[at] == '\t'; };
            if (!wsp(i)) {
                expected += text[i];
            } else if (!wsp(i + 1) && text.compare(i + 1, 2, "\r\n") != 0) {
                expected += ' ';
            }
        }
        std::string out(2 * kBlock, '?');
        out.resize(apply_edits(edits, text.data(), out.data()));
        EXPECT_EQ(out, expected);
    }
}

} // namespace
} // namespace postern::message::detail
