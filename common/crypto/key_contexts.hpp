// Contexts of OpenSSL made ready for one key, kept for the next use. Inside this room only: it is
// what PrivateKey and PublicKey are fast with.
//
// OpenSSL 3.0 looks algorithms up by name, slowly and under a lock, whenever a context is set up;
// that costs more than verifying with Ed25519 does.
#pragma once

#include "common/base/guarded.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/key.hpp"
#include "common/crypto/private_key_text.hpp"

#include <memory>
#include <vector>

struct evp_pkey_ctx_st;

namespace postern::crypto {

struct ContextFree {
    void operator()(evp_pkey_ctx_st* context) const noexcept;
};
using ContextHandle = std::unique_ptr<evp_pkey_ctx_st, ContextFree>;

/// Everything OpenSSL would look up by name is looked up: RSASSA-PKCS1-v1_5 with SHA-256, or
/// PureEdDSA. One of the two, or neither if OpenSSL refused. One thread at a time.
struct Prepared {
    ContextHandle rsa;
    DigestHandle ed25519;
};

enum class Operation : std::uint8_t { Sign, Verify };
/// `key` must outlive it.
Prepared prepare(evp_pkey_st* key, KeyType type, Operation operation);

/// The idle contexts of one key; any number of threads.
class PreparedPool {
public:
    PreparedPool();
    /// One that is idle, or an empty one.
    [[nodiscard]] Prepared borrow();
    /// At most 16 are kept per key; more threads make their own.
    void give_back(Prepared prepared);

private:
    Guarded<std::vector<Prepared>> idle_;
};

} // namespace postern::crypto
