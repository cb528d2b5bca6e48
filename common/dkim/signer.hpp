// Signs one message while it streams by (RFC 6376 5, RFC 8463): headers first, body chunks, then
// one field value per signature.
//
//     Signer signer(signatures, options, clock);        // after end of headers, when it is known
//     which keys apply signer.body(chunk);                               // as often as chunks come
//     for (const Signed& s : *signer.finish(headers)) actions.insert_header(0, "DKIM-Signature",
//     s.value);
//
// Keeps hash state only: signatures with the same body canonicalization share one body hash.
#pragma once

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
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
    HeaderSelection selection;                  ///< which fields, which oversigned
    bool timestamp = true;                      ///< t=
    std::optional<std::chrono::seconds> expiry; ///< x= as seconds after t
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
    [[nodiscard]] std::uint64_t octets() const noexcept;
    /// The signatures, in the order of the identities. The error says which key could not sign and
    /// why.
    [[nodiscard]] Result<std::vector<SignedField>> finish(const message::HeaderBlock& headers);
};

} // namespace postern::dkim
