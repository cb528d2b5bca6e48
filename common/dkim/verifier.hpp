// Verifies the signatures of one message while it streams by (RFC 6376 6, RFC 8301, RFC 8463, RFC
// 8616): the shape of the signer.
//
//     Verifier verifier(headers, options, keys);          // at end of headers
//     verifier.body(chunk);                               // as often as chunks come
//     const auto answers = resolver.ask(verifier.questions(), deadline);
//     for (const Verdict& verdict : verifier.finish(answers)) ...
//
// Keeps hash state only; each distinct body canonicalization and length is hashed once.
#pragma once

#include "common/dkim/verdict.hpp"
#include "common/dns/resolver.hpp"
#include "common/message/header.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::dkim {

class KeyCache;

/// What hostile mail may ask of us; each limit met is a verdict with its reason.
struct VerifyLimits {
    std::size_t signatures = 10;                          ///< looked at; author-aligned ones first
    std::size_t header_names = 1000;                      ///< entries of h=
    std::size_t signature_octets = std::size_t{64} << 10; ///< of one DKIM-Signature field
    std::size_t record_octets = std::size_t{8} << 10;     ///< of a key record
    std::size_t records = 3;                              ///< TXT records tried under one name
    unsigned max_rsa_bits = 4096;
};

struct VerifyOptions {
    std::int64_t now = 0;             ///< Unix time
    std::chrono::seconds skew{300};   ///< t= may lie so far ahead, x= so far back
    unsigned min_rsa_bits = 1024;     ///< below: policy (RFC 8301 3.2)
    std::vector<std::string> authors; ///< domains of From, A-labels: aligned signatures come first
    bool diagnose = true;             ///< look for the cause when a body hash does not match
    VerifyLimits limits;
};

class Verifier {
public:
    /// `headers` must outlive the verifier and not change; `keys` (parsed public keys, shared by
    /// all messages) may be null.
    Verifier(const message::HeaderBlock& headers, VerifyOptions options, KeyCache* keys = nullptr);
    ~Verifier();
    Verifier(Verifier&&) noexcept;
    Verifier& operator=(Verifier&&) noexcept;

    /// Is there a signature whose body hash matters? If not, body() need not be called.
    [[nodiscard]] bool wants_body() const noexcept;
    /// The next octets of the body as on the wire (CRLF line ends), cut anywhere.
    void body(std::string_view chunk);

    /// The key records to ask for, each once.
    [[nodiscard]] std::span<const dns::Question> questions() const noexcept;
    /// A verdict per DKIM-Signature field, in the order of the header; empty for unsigned mail.
    /// `answers` belong to questions(), in their order. Once per verifier.
    [[nodiscard]] std::vector<Verdict> finish(std::span<const dns::Answer> answers);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace postern::dkim
