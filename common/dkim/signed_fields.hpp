// Which occurrence of a header field each entry of h= means: the last one not yet used, an absent
// one standing for nothing (RFC 6376 5.4.2). One pass over the header, whatever it holds: a
// thousand fields of one name cost a thousand steps.
#pragma once

#include "common/message/canonicalization.hpp"
#include "common/message/header.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::dkim {

/// The fields of each name as a stack, last one on top. Keeps views of `names`, which must outlive
/// it. The look-up is a binary search and no hash table, so that names chosen to collide buy
/// nothing.
class FieldStacks {
public:
    /// The field `except` is not there: a DKIM-Signature being verified, which h= cannot mean.
    FieldStacks(const message::HeaderBlock& headers, std::span<const std::string> names,
                std::size_t except = message::HeaderBlock::npos);

    /// Fields of this name not yet taken; 0 for a name not among those given.
    [[nodiscard]] std::size_t left(std::string_view name) const noexcept;
    /// The lowest field of this name not yet taken, or HeaderBlock::npos.
    std::size_t take(std::string_view name) noexcept;

private:
    struct Stack {
        std::string_view name;
        std::uint32_t top, left;
    };
    [[nodiscard]] const Stack* find(std::string_view name) const noexcept;

    std::vector<Stack> stacks_;           ///< sorted by name, ASCII case-insensitive
    std::vector<std::uint32_t> previous_; ///< of each field: the one of the same name above it
};

/// Appends what h= covers in canonical form: the first part of the header hash (RFC 6376 3.7).
/// `except`: as above.
void append_signed_fields(std::string& out, const message::HeaderBlock& headers,
                          std::span<const std::string> names, message::Canonicalization form,
                          std::size_t except = message::HeaderBlock::npos);

/// How many From fields h= leaves unsigned. Whoever adds one on top of a signed message shows its
/// readers an author that nobody vouched for (RFC 6376 8.15).
[[nodiscard]] std::size_t unsigned_froms(const message::HeaderBlock& headers,
                                         std::span<const std::string> names) noexcept;

} // namespace postern::dkim
