// Key text to OpenSSL key: PEM, base64 DER, bare Ed25519 seed. Inside this room only; the interface
// is PrivateKey::parse().
//
// What the text holds is told from its structure before OpenSSL sees it, so that a wrong file is
// named for what it is ("a public key", "an encrypted key") and no code that could ask a person for
// a pass phrase is ever reached.
#pragma once

#include "common/base/result.hpp"

#include <memory>
#include <string_view>

struct evp_pkey_st;

namespace postern::crypto {

struct KeyFree {
    void operator()(evp_pkey_st* key) const noexcept;
};
using KeyHandle = std::unique_ptr<evp_pkey_st, KeyFree>;

/// More text than any key has: RSA with 16384 bits takes 13 kB as PEM.
inline constexpr std::size_t kMaxKeyText = 64 * 1024;

/// An RSA or Ed25519 key; sizes and consistency are checked by the caller.
Result<KeyHandle> parse_private_key_text(std::string_view text);

} // namespace postern::crypto
