// Which of the key records DNS gave may verify a signature (RFC 6376 6.1.2, RFC 8301 3.2, RFC
// 8463), and if none may, what that makes of the signature.
#pragma once

#include "common/dkim/key_record.hpp"
#include "common/dkim/signature_reading.hpp"
#include "common/dkim/verifier.hpp"

#include <memory>
#include <string>
#include <vector>

namespace postern::dkim {

struct KeyChoice {
    /// In the order of the answer. Usually one: RFC 6376 3.6.2.2 leaves it open what several TXT
    /// records mean, so each is tried.
    std::vector<std::shared_ptr<const KeyRecord>> usable;
    /// Of the first usable record, else of the one that came nearest; null if none was a key.
    std::shared_ptr<const KeyRecord> best;
    Status status = Status::PermError; ///< if none is usable
    std::string reason;                ///< likewise
};

/// `keys` may be null. Looks at limits.records records at most.
KeyChoice choose_keys(const dns::Answer& answer, const SignatureReading& signature,
                      const VerifyOptions& options, KeyCache* keys);

} // namespace postern::dkim
