// The inner loop of relaxed body canonicalization: how far can octets pass untouched? Twice: with
// SSE2, which every x86-64 has, and portable. Both are always compiled where they can be, so that
// tests compare them.
#pragma once

namespace postern::message::detail {

/// The first octet in [at, end) where relaxed canonicalization has to change something: a tab, or a
/// space with a space, tab or CR behind it; `end` if there is none. A lone space between other
/// octets and CRLFs pass. May read `*end`, which the caller guarantees to be readable memory.
const char* find_white_space_to_edit_portable(const char* at, const char* end) noexcept;
#if defined(__SSE2__)
const char* find_white_space_to_edit_sse2(const char* at, const char* end) noexcept;
#endif

inline const char* find_white_space_to_edit(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
    return find_white_space_to_edit_sse2(at, end);
#else
    return find_white_space_to_edit_portable(at, end);
#endif
}

} // namespace postern::message::detail
