// Base64 (RFC 4648 section 4), as DKIM writes signatures and keys.
#pragma once

#include "common/base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// With padding, without line breaks.
std::string base64_encode(std::span<const std::uint8_t> bytes);

/// Bits of the last digit that belong to no octet and should be zero (RFC 4648 3.5).
enum class LeftoverBits : std::uint8_t { Refused, Ignored };

/// Strict but for white space, which DKIM allows anywhere in b=, bh= and p= (RFC 6376 3.5, "FWS
/// ignored"). Missing padding, bits left over and foreign characters are errors.
Result<std::vector<std::uint8_t>> base64_decode(std::string_view text,
                                                LeftoverBits leftover = LeftoverBits::Refused);

} // namespace postern
