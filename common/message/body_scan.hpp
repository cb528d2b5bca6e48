// The inner loops of relaxed body canonicalization. Twice: with SSE2, which every x86-64 has, and
// portable. Both are compiled where they can be, so that tests compare them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace postern::message::detail {

/// The first octet in [at, end) where relaxed canonicalization has to change something: a tab, or a
/// space with a space, tab or CR behind it; `end` if there is none. A lone space between other
/// octets and CRLFs pass. May read `*end`, which the caller guarantees to be readable memory.
const char* find_white_space_to_edit_portable(const char* at, const char* end) noexcept;
#if defined(__SSE2__)
const char* find_white_space_to_edit_sse2(const char* at, const char* end) noexcept;
#endif

/// What relaxed canonicalization changes in a block of 64 octets; one bit per octet, the first one
/// lowest. It is a local rule: of white space in a row only the last octet stays, and that neither
/// in front of a CRLF; what stays is a space.
struct BlockEdits {
    std::uint64_t drop = 0;
    bool tabs = false; ///< there are tabs, dropped or not
    friend bool operator==(const BlockEdits&, const BlockEdits&) = default;
};
constexpr std::size_t kBlock = 64;

/// Reads two octets behind the block, too.
BlockEdits find_edits_portable(const char* block) noexcept;
#if defined(__SSE2__)
BlockEdits find_edits_sse2(const char* block) noexcept;
#endif

/// Writes the block without what is dropped, tabs as spaces, and returns how many octets stay. May
/// read and write another 64 octets behind both.
std::size_t apply_edits(const BlockEdits& edits, const char* block, char* out) noexcept;

inline const char* find_white_space_to_edit(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
    return find_white_space_to_edit_sse2(at, end);
#else
    return find_white_space_to_edit_portable(at, end);
#endif
}

inline BlockEdits find_edits(const char* block) noexcept {
#if defined(__SSE2__)
    return find_edits_sse2(block);
#else
    return find_edits_portable(block);
#endif
}

} // namespace postern::message::detail
