#include "common/crypto/digest.hpp"

#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/crypto/openssl_error.hpp"

#include <openssl/evp.h>

#include <new>

namespace postern::crypto {
namespace {

// Fetched once per process: OpenSSL 3.0 looks an algorithm up by name under a lock, which costs
// more than hashing a header. Never freed: OpenSSL's own exit handler may run before our
// destructors.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    invariant(algorithm != nullptr, "OpenSSL has no SHA-256");
    return algorithm;
}

} // namespace

void DigestFree::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
    if (!context_) throw std::bad_alloc();
    const ErrorScope errors;
    invariant(EVP_DigestInit_ex2(context_.get(), sha256_algorithm(), nullptr) == 1,
              "SHA-256 does not start");
}

void Sha256Stream::update(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return;
    invariant(context_ != nullptr && !finished_, "SHA-256 fed after its end");
    invariant(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1,
              "SHA-256 does not go on");
}

void Sha256Stream::update(std::string_view text) { update(as_bytes(text)); }

Sha256 Sha256Stream::finish() {
    invariant(context_ != nullptr && !finished_, "SHA-256 finished twice");
    Sha256 digest{};
    unsigned size = 0;
    invariant(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1 &&
                  size == digest.size(),
              "SHA-256 does not end");
    finished_ = true;
    return digest;
}

Sha256 Sha256Stream::so_far(std::string_view tail) const {
    invariant(context_ != nullptr && !finished_, "SHA-256 read after its end");
    Sha256Stream copy;
    invariant(EVP_MD_CTX_copy_ex(copy.context_.get(), context_.get()) == 1,
              "SHA-256 cannot be copied");
    copy.update(tail);
    return copy.finish();
}

void Sha256Stream::reset() {
    invariant(context_ != nullptr, "SHA-256 moved away");
    // A null algorithm keeps the one of the context, with its memory.
    invariant(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1,
              "SHA-256 does not restart");
    finished_ = false;
}

Sha256 sha256(std::string_view text) {
    Sha256Stream stream;
    stream.update(text);
    return stream.finish();
}

} // namespace postern::crypto
