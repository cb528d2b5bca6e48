// Any octets as a private key: parsed or refused with a sentence, nothing left in OpenSSL's queue.
#include "common/base/invariant.hpp"
#include "common/crypto/key.hpp"

#include <openssl/err.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

using postern::invariant;
using namespace postern::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto key = PrivateKey::parse({reinterpret_cast<const char*>(data), size});
    invariant(ERR_peek_error() == 0, "the error queue is empty");
    if (!key) {
        invariant(!key.error().message.empty(), "a refusal says why");
        return 0;
    }
    invariant(key->type() == KeyType::Ed25519 || key->bits() >= 1024, "no short RSA key");
    const auto again = PrivateKey::parse(key->pem());
    invariant(again && again->public_key() == key->public_key(), "a key comes back from its PEM");
    invariant(key->sign(sha256("x")) == again->sign(sha256("x")), "and signs alike");
    return 0;
}
