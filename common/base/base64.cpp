#include "common/base/base64.hpp"

#include "common/base/text.hpp"

#include <array>

namespace postern {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> kValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNone);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

} // namespace

std::string base64_encode(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
        const std::uint32_t group = (std::uint32_t{bytes[i]} << 16) |
                                    (have > 1 ? std::uint32_t{bytes[i + 1]} << 8 : 0U) |
                                    (have > 2 ? std::uint32_t{bytes[i + 2]} : 0U);
        text += kAlphabet[group >> 18];
        text += kAlphabet[(group >> 12) & 63];
        text += have > 1 ? kAlphabet[(group >> 6) & 63] : '=';
        text += have > 2 ? kAlphabet[group & 63] : '=';
    }
    return text;
}

Result<std::vector<std::uint8_t>> base64_decode(std::string_view text, LeftoverBits leftover) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    int digits = 0;
    int padding = 0;
    for (const char c : text) {
        if (is_space(c)) continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
        if (value == kNone) return fail("not base64: unexpected character");
        if (padding > 0) return fail("not base64: data after padding");
        group = group << 6 | value;
        if (++digits == 4) {
            bytes.push_back(static_cast<std::uint8_t>(group >> 16));
            bytes.push_back(static_cast<std::uint8_t>(group >> 8));
            bytes.push_back(static_cast<std::uint8_t>(group));
            group = 0;
            digits = 0;
        }
    }
    const bool complete = (digits == 0 && padding == 0) || (digits == 2 && padding == 2) ||
                          (digits == 3 && padding == 1);
    if (!complete) return fail("not base64: wrong length or padding");
    const bool strict = leftover == LeftoverBits::Refused;
    if (digits == 2) {
        if (strict && (group & 0xF) != 0) return fail("not base64: bits left over");
        bytes.push_back(static_cast<std::uint8_t>(group >> 4));
    } else if (digits == 3) {
        if (strict && (group & 0x3) != 0) return fail("not base64: bits left over");
        bytes.push_back(static_cast<std::uint8_t>(group >> 10));
        bytes.push_back(static_cast<std::uint8_t>(group >> 2));
    }
    return bytes;
}

} // namespace postern
