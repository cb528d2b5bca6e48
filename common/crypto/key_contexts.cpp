#include "common/crypto/key_contexts.hpp"

#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace postern::crypto {
namespace {

constexpr std::size_t kMaxIdle = 16;

ContextHandle rsa_context(EVP_PKEY* key, Operation operation) {
    ContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    if (!context) return nullptr;
    const int begun = operation == Operation::Sign ? EVP_PKEY_sign_init(context.get())
                                                   : EVP_PKEY_verify_init(context.get());
    if (begun != 1 || EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1)
        return nullptr;
    return context;
}

DigestHandle ed25519_context(EVP_PKEY* key, Operation operation) {
    DigestHandle context(EVP_MD_CTX_new());
    if (!context) return nullptr;
    const int begun = operation == Operation::Sign
                          ? EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key)
                          : EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key);
    return begun == 1 ? std::move(context) : nullptr;
}

} // namespace

void ContextFree::operator()(evp_pkey_ctx_st* context) const noexcept {
    EVP_PKEY_CTX_free(context);
}

Prepared prepare(evp_pkey_st* key, KeyType type, Operation operation) {
    Prepared fresh;
    if (type == KeyType::Rsa)
        fresh.rsa = rsa_context(key, operation);
    else
        fresh.ed25519 = ed25519_context(key, operation);
    return fresh;
}

PreparedPool::PreparedPool() {
    idle_.with([](auto& contexts) { contexts.reserve(kMaxIdle); });
}

Prepared PreparedPool::borrow() {
    Prepared found;
    idle_.with([&](auto& contexts) {
        if (contexts.empty()) return;
        found = std::move(contexts.back());
        contexts.pop_back();
    });
    return found;
}

void PreparedPool::give_back(Prepared prepared) {
    idle_.with([&](auto& contexts) {
        if (contexts.size() < kMaxIdle) contexts.push_back(std::move(prepared));
    });
}

} // namespace postern::crypto
