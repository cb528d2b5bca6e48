// Why does a signature not match? Finds out what usual relays have done to a message since it was
// signed: a footer appended, white space changed, a body re-encoded, "[list]" put in front of the
// Subject. For people who read Authentication-Results; never a reason to pass.
//
//     BodyDiagnosis body(headers);                      // at end of headers
//     body.update(chunk);                               // as often as chunks come
//     const std::array wanted{WantedBodyHash{Canonicalization::Relaxed, bh}};
//     body.explain(wanted);                             // {"footer appended"}; "" if nothing fits
//
// Guesses what the message was before, hashes that, and compares: a text is given only where the
// guess has the very hash the signer saw. What it may cost is bounded: see DiagnosisLimits.
#pragma once

#include "common/crypto/digest.hpp"
#include "common/message/canonicalization.hpp"
#include "common/message/header.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::dkim {

/// Of one message, whatever the number of its signatures.
struct DiagnosisLimits {
    /// Longer bodies are not kept and not diagnosed.
    std::size_t body_octets = std::size_t{256} << 10;
    /// Line ends at which the body may have ended once, from its end on.
    std::size_t line_ends = 1000;
    /// Different body hashes looked for.
    std::size_t body_hashes = 8;
    /// Signed header fields larger than this are not diagnosed.
    std::size_t header_octets = std::size_t{64} << 10;
    /// Public-key operations.
    unsigned verifications = 16;
};

/// What diagnosing has cost so far.
struct DiagnosisWork {
    std::uint64_t hashed_octets = 0; ///< with 64 for each time a hash is ended
    unsigned verifications = 0;
};

/// The hash of a whole body (no l=) as its signature has it.
struct WantedBodyHash {
    message::Canonicalization form = message::Canonicalization::Simple;
    crypto::Sha256 hash{};
    friend bool operator==(const WantedBodyHash&, const WantedBodyHash&) = default;
};

/// Keeps a copy of the body as long as it is small enough, and nothing else. One thread.
class BodyDiagnosis {
public:
    /// `headers` must outlive it.
    explicit BodyDiagnosis(const message::HeaderBlock& headers, DiagnosisLimits limits = {})
        : headers_(&headers), limits_(limits) {}

    /// The next octets of the body as on the wire (CRLF line ends), cut anywhere.
    void update(std::string_view chunk);
    /// Was the body too long?
    [[nodiscard]] bool gave_up() const noexcept { return gave_up_; }

    /// After the whole body: for each of `wanted` what seems to have happened, or an empty text.
    /// One of "footer appended", "footer appended as a part", "wrapped into a multipart", "body
    /// was empty", "body re-encoded", "white space changed", "blank lines changed", "line ends
    /// changed", "long lines broken", "leading dots changed", "leading From escaped", "hashed in
    /// another form". All are looked for at once: however many are wanted, no more is hashed than
    /// kMaxPasses times the body kept, and 512 octets for each line end tried.
    [[nodiscard]] std::vector<std::string_view> explain(std::span<const WantedBodyHash> wanted);

    static constexpr unsigned kMaxPasses = 64;

    /// Of the message; explain_header() adds to it.
    [[nodiscard]] DiagnosisWork& work() noexcept { return work_; }
    [[nodiscard]] const DiagnosisWork& work() const noexcept { return work_; }

private:
    const message::HeaderBlock* headers_;
    DiagnosisLimits limits_;
    std::string body_;
    bool gave_up_ = false;
    DiagnosisWork work_;
};

/// A signature over the header that does not verify, though its body hash does match.
struct BrokenHeader {
    const message::HeaderBlock& headers;
    std::span<const std::string> names; ///< h=, in its order
    message::Canonicalization form = message::Canonicalization::Simple;
    /// What is hashed behind the fields of h=: the DKIM-Signature field with its b= empty,
    /// canonical, without closing CRLF (RFC 6376 3.7).
    std::string_view signature_field = {};
    /// Which field of `headers` that is: h= cannot mean it, and its z= tells how the header looked
    /// to the signer (RFC 6376 3.5).
    std::size_t field = message::HeaderBlock::npos;
};

/// Does the signature verify with this header hash? One public-key operation.
using HeaderHashVerifies = std::function<bool(const crypto::Sha256&)>;

/// What seems to have happened to the header, or an empty text: "Subject prefixed", "field X
/// added", "field X changed", "header fields changed", "white space changed", "line ends changed",
/// X being one of a fixed list of names. `work` is that of the message: the verifications and
/// hashed octets it has already spent count. Hashes at most limits.verifications times
/// limits.header_octets and the signature field.
[[nodiscard]] std::string explain_header(const BrokenHeader& broken,
                                         const HeaderHashVerifies& verifies, DiagnosisWork& work,
                                         const DiagnosisLimits& limits = {});

} // namespace postern::dkim
