// SHA-256 as DKIM uses it, streaming. One of the few headers of the only room that knows OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct evp_md_ctx_st;

namespace postern::crypto {

using Sha256 = std::array<std::uint8_t, 32>;

struct DigestFree {
    void operator()(evp_md_ctx_st* context) const noexcept;
};
using DigestHandle = std::unique_ptr<evp_md_ctx_st, DigestFree>;

/// update() as often as wanted, finish() once, reset() to begin anew with the same context. One
/// thread at a time. Throws std::bad_alloc or BugError if OpenSSL cannot (it has no other reason to
/// fail).
class Sha256Stream {
public:
    Sha256Stream();
    void update(std::span<const std::uint8_t> bytes);
    void update(std::string_view text);
    [[nodiscard]] Sha256 finish();
    /// What finish() would give if `tail` were the last piece; the stream itself can go on.
    [[nodiscard]] Sha256 so_far(std::string_view tail = {}) const;
    void reset();

private:
    DigestHandle context_;
    bool finished_ = false;
};

/// The digest of one piece.
[[nodiscard]] Sha256 sha256(std::string_view text);

} // namespace postern::crypto
