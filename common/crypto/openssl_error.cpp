#include "common/crypto/openssl_error.hpp"

#include <openssl/err.h>

namespace postern::crypto {

ErrorScope::ErrorScope() noexcept { ERR_set_mark(); }
ErrorScope::~ErrorScope() { ERR_pop_to_mark(); }

std::string ErrorScope::reason() {
    const unsigned long code = ERR_peek_last_error();
    if (code == 0) return "OpenSSL gives no reason";
    const char* text = ERR_reason_error_string(code);
    return text != nullptr ? text : "OpenSSL error " + std::to_string(code);
}

} // namespace postern::crypto
