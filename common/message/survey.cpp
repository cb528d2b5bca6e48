#include "common/message/survey.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace postern::message {

struct BodySurvey::Block {
    std::uint64_t cr = 0, lf = 0; ///< one bit per octet, the first one lowest
    bool eight_bit = false, nul = false;
    unsigned size = 64; ///< octets that count, 1 to 64; what is behind them is neither CR nor LF
};

namespace {

constexpr std::size_t kBlock = 64;

/// Octets behind a whole number of blocks, filled up with spaces, which nothing is wrong with.
std::array<char, kBlock> padded(const char* at, std::size_t size) noexcept {
    std::array<char, kBlock> block;
    block.fill(' ');
    std::memcpy(block.data(), at, size);
    return block;
}

template <class Block> Block scan_portable(const char* at) noexcept {
    Block block;
    for (unsigned i = 0; i < kBlock; ++i) {
        const char c = at[i];
        block.cr |= std::uint64_t{c == '\r'} << i;
        block.lf |= std::uint64_t{c == '\n'} << i;
        block.eight_bit |= static_cast<unsigned char>(c) >= 0x80;
        block.nul |= c == '\0';
    }
    return block;
}

#if defined(__SSE2__)
template <class Block> Block scan_sse2(const char* at) noexcept {
    Block block;
    __m128i octets = _mm_setzero_si128(); // all of them or-ed: only the high bits are looked at
    __m128i nul = _mm_setzero_si128();
    for (unsigned i = 0; i < kBlock; i += 16) {
        const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
        const auto mask = [&](char c) {
            const __m128i equal = _mm_cmpeq_epi8(here, _mm_set1_epi8(c));
            return std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(equal))} << i;
        };
        block.cr |= mask('\r');
        block.lf |= mask('\n');
        octets = _mm_or_si128(octets, here);
        nul = _mm_or_si128(nul, _mm_cmpeq_epi8(here, _mm_setzero_si128()));
    }
    block.eight_bit = _mm_movemask_epi8(octets) != 0;
    block.nul = _mm_movemask_epi8(nul) != 0;
    return block;
}
#endif

} // namespace

/// A line ended at this offset, its LF not counted, nor the CR in front if there was one.
void BodySurvey::line_ends(std::uint64_t at, bool after_cr) noexcept {
    const std::uint64_t length = at - line_start_ - (after_cr && at > line_start_ ? 1 : 0);
    if (length > kMaxLine) longest_ = std::max(longest_, length);
}

void BodySurvey::take(const Block& block) noexcept {
    eight_bit_ |= block.eight_bit;
    nul_ |= block.nul;
    const std::uint64_t counts = ~std::uint64_t{0} >> (kBlock - block.size);
    const std::uint64_t after_cr = ((block.cr << 1) | std::uint64_t{cr_}) & counts;
    if (after_cr != block.lf) {
        bare_cr_ |= (after_cr & ~block.lf) != 0;
        bare_lf_ |= (block.lf & ~after_cr) != 0;
    }
    cr_ = ((block.cr >> (block.size - 1)) & 1) != 0;
    if (block.lf != 0) {
        // A line from LF to LF within one block is short; only the first can have begun long ago.
        const int first = std::countr_zero(block.lf);
        const std::uint64_t end = octets_ + static_cast<unsigned>(first);
        if (end - line_start_ > kMaxLine) line_ends(end, ((after_cr >> first) & 1) != 0);
        line_start_ = octets_ + static_cast<unsigned>(64 - std::countl_zero(block.lf));
    }
    octets_ += block.size;
}

void BodySurvey::update_portable(std::string_view chunk) noexcept {
    const char* at = chunk.data();
    std::size_t left = chunk.size();
    for (; left >= kBlock; at += kBlock, left -= kBlock)
        take(scan_portable<Block>(at));
    if (left == 0) return;
    auto block = scan_portable<Block>(padded(at, left).data());
    block.size = static_cast<unsigned>(left);
    take(block);
}

void BodySurvey::update(std::string_view chunk) noexcept {
#if defined(__SSE2__)
    const char* at = chunk.data();
    std::size_t left = chunk.size();
    for (; left >= kBlock; at += kBlock, left -= kBlock)
        take(scan_sse2<Block>(at));
    if (left == 0) return;
    auto block = scan_sse2<Block>(padded(at, left).data());
    block.size = static_cast<unsigned>(left);
    take(block);
#else
    update_portable(chunk);
#endif
}

void BodySurvey::finish() noexcept {
    bare_cr_ |= cr_;
    line_ends(octets_, false);
    cr_ = false;
    line_start_ = octets_;
}

} // namespace postern::message
