// Key records as domains publish them at <selector>._domainkey.<domain> (RFC 6376 3.6.1, RFC 8301,
// RFC 8463 4).
//
//     const auto record = KeyRecord::parse(answer.records[0].text);
//     if (!record) return fail("key record: " + record.error().message);
//     if (record->key && record->key->verify(hash, signature)) ...
#pragma once

#include "common/base/result.hpp"
#include "common/crypto/public_key.hpp"

#include <memory>
#include <string_view>

namespace postern::dkim {

struct KeyRecord {
    crypto::KeyType type = crypto::KeyType::Rsa;  ///< k=
    std::shared_ptr<const crypto::PublicKey> key; ///< p=; null: revoked (an empty p=)
    bool testing = false;                         ///< t=y
    bool strict_identity = false;                 ///< t=s: no i= below d=
    bool allows_sha256 = true;                    ///< h=
    bool for_email = true;                        ///< s=

    /// The character-strings of one TXT record, joined. v= comes first or not at all; p= may have
    /// white space in it; unknown tags, g= and n= mean nothing; a tag given twice is an error.
    /// Quotes and backslashes of a zone file that got into the record itself, and white space of
    /// any kind between tags, are passed over: they are about, and nothing but n= could have them.
    /// Errors are of a fixed vocabulary: no text of the record is in them.
    static Result<KeyRecord> parse(std::string_view text);
};

} // namespace postern::dkim
