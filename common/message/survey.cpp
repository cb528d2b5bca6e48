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

#if defined(__SSE2__)

namespace {

constexpr std::size_t kStretch = 256; ///< two of them are shorter than a line may be
static_assert(2 * kStretch <= BodySurvey::kMaxLine);

/// What is common to many octets, found out without looking at one of them.
struct Stretch {
    __m128i any = _mm_setzero_si128();     ///< all octets or-ed: the high bit tells of 8-bit ones
    __m128i least = _mm_set1_epi8('\xff'); ///< their minimum: 0 tells of NUL
    void add(const char* at) noexcept {
        for (std::size_t i = 0; i < kStretch; i += 16) {
            const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
            any = _mm_or_si128(any, here);
            least = _mm_min_epu8(least, here);
        }
    }
};

/// Is each CR of the stretch followed by an LF, each LF (but for the first octet) behind a CR, and
/// is there an LF at all? Reads one octet behind the stretch.
bool has_whole_lines(const char* at) noexcept {
    const __m128i cr = _mm_set1_epi8('\r');
    const __m128i lf = _mm_set1_epi8('\n');
    __m128i any_lf = _mm_setzero_si128();
    __m128i alone = _mm_setzero_si128();
    for (std::size_t i = 0; i < kStretch; i += 16) {
        const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
        const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i + 1));
        const __m128i next_lf = _mm_cmpeq_epi8(next, lf);
        any_lf = _mm_or_si128(any_lf, next_lf);
        alone = _mm_or_si128(alone, _mm_xor_si128(_mm_cmpeq_epi8(here, cr), next_lf));
    }
    return _mm_movemask_epi8(alone) == 0 && _mm_movemask_epi8(any_lf) != 0;
}

} // namespace

/// Stretches of ordinary mail, which has a line end every 80 octets, pass without a look at single
/// lines; the others go by blocks.
void BodySurvey::update(std::string_view chunk) noexcept {
    const char* at = chunk.data();
    std::size_t left = chunk.size();
    Stretch stretch;
    const auto take_blocks = [&](std::size_t size) {
        for (; size >= kBlock; at += kBlock, left -= kBlock, size -= kBlock)
            take(scan_sse2<Block>(at));
    };
    bool passing = false; // the octets in front of `at` are a stretch that passed
    const auto find_line_start = [&] {
        if (!passing) return;
        passing = false;
        const char* line = at;
        while (line > at - kStretch && line[-1] != '\n')
            --line;
        // Without an LF in there the next octet is it, and ends a line that is short enough.
        line_start_ = octets_ - static_cast<std::size_t>(at - line);
    };
    while (left > kStretch) {
        if (has_whole_lines(at) && cr_ == (*at == '\n') &&
            (passing || octets_ - line_start_ <= kStretch)) {
            stretch.add(at);
            at += kStretch;
            left -= kStretch;
            octets_ += kStretch;
            cr_ = at[-1] == '\r';
            passing = true;
        } else {
            find_line_start();
            take_blocks(kStretch);
        }
    }
    find_line_start();
    eight_bit_ |= _mm_movemask_epi8(stretch.any) != 0;
    nul_ |= _mm_movemask_epi8(_mm_cmpeq_epi8(stretch.least, _mm_setzero_si128())) != 0;
    take_blocks(left);
    if (left == 0) return;
    auto block = scan_sse2<Block>(padded(at, left).data());
    block.size = static_cast<unsigned>(left);
    take(block);
}

#else

void BodySurvey::update(std::string_view chunk) noexcept { update_portable(chunk); }

#endif

void BodySurvey::finish() noexcept {
    bare_cr_ |= cr_;
    line_ends(octets_, false);
    cr_ = false;
    line_start_ = octets_;
}

} // namespace postern::message
