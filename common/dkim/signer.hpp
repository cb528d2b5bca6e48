// Signs one message while it streams by (RFC 6376 5, RFC 8463): headers first, body chunks, then
// one field value per signature.
//
//     Signer signer(identities, options, clock.unix_time()); // at end of headers: which keys is
//     known signer.body(chunk);                                       // as often as chunks come
//     for (const SignedField& field : *signer.finish(headers))
//         actions.insert_header(0, "DKIM-Signature", field.value);
//
// Keeps hash state only: signatures with the same body canonicalization share one body hash.
#pragma once

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/key.hpp"
#include "common/dkim/header_selection.hpp"
#include "common/message/canonical_body.hpp"
#include "common/message/header.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::dkim {

struct SignatureFields;

/// One signature to make.
struct SigningIdentity {
    std::string domain;   ///< d=, A-labels
    std::string selector; ///< s=, A-labels
    std::string identity; ///< i=, empty for none; checked to lie at or under domain
    std::shared_ptr<const crypto::PrivateKey> key; ///< decides a=
};

struct SigningOptions {
    message::Canonicalization header = message::Canonicalization::Relaxed;
    message::Canonicalization body = message::Canonicalization::Relaxed;
    HeaderSelection selection = HeaderSelection::defaults(); ///< which fields, which oversigned
    bool timestamp = true;                                   ///< t=
    std::optional<std::chrono::seconds> expiry;              ///< x= as seconds after `now`
};

/// One finished DKIM-Signature field.
struct SignedField {
    std::string domain, selector; ///< d=, s=
    std::string_view algorithm;   ///< a=, "rsa-sha256" or "ed25519-sha256"
    std::size_t fields = 0;       ///< entries of h=
    /// With its leading space, folded at 78 columns with CRLF + WSP, without a closing CRLF.
    std::string value;
};

class Signer {
public:
    /// `now`: Unix time, becomes t=. At least one identity.
    Signer(std::vector<SigningIdentity> identities, SigningOptions options, std::int64_t now);

    /// The next octets of the body as on the wire (CRLF line ends), cut anywhere.
    void body(std::string_view chunk);
    /// Octets of body seen.
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }
    /// The signatures, in the order of the identities; all or none. Once per Signer. The error says
    /// which key could not sign and why, or what about the header or the options forbids it.
    [[nodiscard]] Result<std::vector<SignedField>> finish(const message::HeaderBlock& headers);

private:
    Result<SignedField> sign(const SigningIdentity& identity, SignatureFields& fields,
                             std::string_view canonical_fields,
                             const message::HeaderBlock& headers);

    std::vector<SigningIdentity> identities_;
    SigningOptions options_;
    std::int64_t now_;
    message::BodyCanonicalizer canonical_body_;
    crypto::Sha256Stream body_hash_, header_hash_;
    std::uint64_t octets_ = 0;
};

} // namespace postern::dkim
