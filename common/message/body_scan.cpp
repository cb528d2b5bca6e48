#include "common/message/body_scan.hpp"

#include "common/base/text.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace postern::message::detail {

namespace {

bool to_edit(const char* at) noexcept {
    return *at == '\t' || (*at == ' ' && (is_wsp(at[1]) || at[1] == '\r'));
}

const char* find_one_by_one(const char* at, const char* end) noexcept {
    while (at < end && !to_edit(at))
        ++at;
    return at;
}

std::uint64_t load(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// The high bit of each octet that equals `octet`; exact, no false hits from carries.
std::uint64_t equal_octets(std::uint64_t word, char octet) noexcept {
    constexpr std::uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
    const std::uint64_t difference = word ^ (0x0101010101010101 * static_cast<std::uint8_t>(octet));
    return ~(((difference & kLow) + kLow) | difference | kLow);
}

} // namespace

const char* find_white_space_to_edit_portable(const char* at, const char* end) noexcept {
    for (; end - at >= 8; at += 8) {
        const std::uint64_t here = load(at);
        const std::uint64_t tabs = equal_octets(here, '\t');
        const std::uint64_t spaces = equal_octets(here, ' ');
        if ((tabs | spaces) == 0) continue;
        const std::uint64_t next = load(at + 1);
        const std::uint64_t behind =
            equal_octets(next, ' ') | equal_octets(next, '\t') | equal_octets(next, '\r');
        if ((tabs | (spaces & behind)) != 0) break;
    }
    return find_one_by_one(at, end);
}

BlockEdits find_edits_portable(const char* block) noexcept {
    BlockEdits edits;
    for (unsigned i = 0; i < kBlock; ++i) {
        const char* at = block + i;
        const bool drop = is_wsp(at[0]) && (is_wsp(at[1]) || (at[1] == '\r' && at[2] == '\n'));
        edits.drop |= std::uint64_t{drop} << i;
        edits.tabs |= at[0] == '\t';
    }
    return edits;
}

std::size_t apply_edits(const BlockEdits& edits, const char* block, char* out) noexcept {
    // Copies of 64 octets whatever is needed: a few instructions each, and no branch to mispredict.
    char* to = out;
    std::uint64_t drop = edits.drop;
    unsigned at = 0; // octets of the block that are dealt with
    while (drop != 0) {
        const auto stop = static_cast<unsigned>(std::countr_zero(drop));
        std::memcpy(to, block + at, kBlock);
        to += stop - at;
        at = stop + static_cast<unsigned>(std::countr_one(drop >> stop));
        drop = at < kBlock ? drop & (~std::uint64_t{0} << at) : 0;
    }
    std::memcpy(to, block + at, kBlock);
    to += kBlock - at;
    if (edits.tabs)
        for (unsigned i = 0; i < kBlock; ++i)
            out[i] = out[i] == '\t' ? ' ' : out[i];
    return static_cast<std::size_t>(to - out);
}

#if defined(__SSE2__)

namespace {

__m128i load16(const char* at) noexcept {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

/// All bits of each octet that is to be edited.
__m128i edits(const char* at) noexcept {
    const __m128i space = _mm_set1_epi8(' ');
    const __m128i tab = _mm_set1_epi8('\t');
    const __m128i here = load16(at);
    const __m128i next = load16(at + 1);
    const __m128i behind =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(next, space), _mm_cmpeq_epi8(next, tab)),
                     _mm_cmpeq_epi8(next, _mm_set1_epi8('\r')));
    return _mm_or_si128(_mm_cmpeq_epi8(here, tab),
                        _mm_and_si128(_mm_cmpeq_epi8(here, space), behind));
}

} // namespace

const char* find_white_space_to_edit_sse2(const char* at, const char* end) noexcept {
    for (; end - at >= 64; at += 64) {
        const __m128i any = _mm_or_si128(_mm_or_si128(edits(at), edits(at + 16)),
                                         _mm_or_si128(edits(at + 32), edits(at + 48)));
        if (_mm_movemask_epi8(any) != 0) break;
    }
    for (; end - at >= 16; at += 16) {
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(edits(at)));
        if (mask != 0) return at + std::countr_zero(mask);
    }
    return find_one_by_one(at, end);
}

BlockEdits find_edits_sse2(const char* block) noexcept {
    std::uint64_t wsp = 0, cr = 0, lf = 0;
    __m128i any_tab = _mm_setzero_si128();
    for (unsigned i = 0; i < kBlock; i += 16) {
        const __m128i here = load16(block + i);
        const auto bits = [i](__m128i equal) {
            return std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(equal))} << i;
        };
        const __m128i tab = _mm_cmpeq_epi8(here, _mm_set1_epi8('\t'));
        any_tab = _mm_or_si128(any_tab, tab);
        wsp |= bits(_mm_or_si128(tab, _mm_cmpeq_epi8(here, _mm_set1_epi8(' '))));
        cr |= bits(_mm_cmpeq_epi8(here, _mm_set1_epi8('\r')));
        lf |= bits(_mm_cmpeq_epi8(here, _mm_set1_epi8('\n')));
    }
    const auto behind = [](std::uint64_t bits, bool next) {
        return (bits >> 1) | (std::uint64_t{next} << 63);
    };
    const std::uint64_t crlf = cr & behind(lf, block[64] == '\n');
    const bool crlf_next = block[64] == '\r' && block[65] == '\n';
    return {.drop = wsp & (behind(wsp, is_wsp(block[64])) | behind(crlf, crlf_next)),
            .tabs = _mm_movemask_epi8(any_tab) != 0};
}

#endif

} // namespace postern::message::detail
