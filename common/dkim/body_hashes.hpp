// The body hashes of all signatures of a message in one pass: each canonical form is made once, and
// each beginning of it (l=) hashed once.
//
//     BodyHashes hashes;
//     const std::size_t mine = hashes.want(Canonicalization::Relaxed, std::nullopt);
//     hashes.update(chunk); // as often as chunks come
//     hashes.finish();
//     hashes[mine].hash
#pragma once

#include "common/crypto/digest.hpp"
#include "common/message/canonical_body.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace postern::dkim {

struct BodyHash {
    crypto::Sha256 hash{};
    std::uint64_t octets = 0; ///< of the whole canonical body, hashed or not
};

/// One thread. Want first, then update, then finish, once.
class BodyHashes {
public:
    /// Where to find it after finish(). `length`: hash so many canonical octets only. The same
    /// wanted twice is one hash.
    std::size_t want(message::Canonicalization form, std::optional<std::uint64_t> length);
    [[nodiscard]] bool empty() const noexcept { return wanted_.empty(); }

    /// The next octets of the body as on the wire, cut anywhere.
    void update(std::string_view chunk);
    void finish();
    [[nodiscard]] const BodyHash& operator[](std::size_t index) const {
        return wanted_[index].result;
    }

private:
    struct Wanted {
        message::Canonicalization form;
        std::optional<std::uint64_t> length;
        std::uint64_t left; ///< of `length`
        crypto::Sha256Stream stream;
        BodyHash result;
    };
    /// Of one canonical form.
    struct Form {
        explicit Form(message::Canonicalization form) noexcept : canonical(form) {}
        message::BodyCanonicalizer canonical;
        std::vector<std::size_t> wanted;
    };
    void take(const Form& form, std::string_view octets);

    std::vector<Wanted> wanted_;
    std::array<Form, 2> forms_{Form(message::Canonicalization::Simple),
                               Form(message::Canonicalization::Relaxed)};
};

} // namespace postern::dkim
