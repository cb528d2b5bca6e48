#include "common/crypto/secret.hpp"

#include <openssl/crypto.h>

namespace postern::crypto {

// Growing to the capacity moves nothing and makes the spare octets ours to overwrite: what an
// earlier, longer content left there is secret as well.
void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

void wipe(std::vector<std::uint8_t>& bytes) noexcept {
    bytes.resize(bytes.capacity());
    OPENSSL_cleanse(bytes.data(), bytes.size());
    bytes.clear();
}

} // namespace postern::crypto
