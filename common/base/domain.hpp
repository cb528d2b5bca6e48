// Domain names as mail and DNS write them: comparison, parents, and the A-label form of
// internationalized names.
#pragma once

#include "common/base/result.hpp"

#include <string>
#include <string_view>

namespace postern {

/// Lower-case A-labels ("xn--bcher-kva.example") of a name in U-labels, A-labels or plain ASCII; a
/// trailing dot is dropped. UTS 46 non-transitional by libidn2 for names with non-ASCII octets; a
/// plain ASCII name is only lower-cased and checked for length (RFC 1035: labels 1-63, name up to
/// 253 octets) and for octets that no host or DKIM name has.
Result<std::string> to_a_labels(std::string_view domain);

/// Is `domain` the same as or below `parent`? ASCII case-insensitive, both without trailing dot.
bool is_same_or_below(std::string_view domain, std::string_view parent) noexcept;

/// The name without its first label ("b.c" of "a.b.c"); empty when one label is left.
std::string_view parent_domain(std::string_view domain) noexcept;

} // namespace postern
