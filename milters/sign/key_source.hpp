// Which keys sign mail of an author: the one question a signing session asks of its configuration.
// Answered by a key directory, by OpenDKIM's tables or by a single key; all are part of the
// configuration snapshot.
#pragma once

#include "common/crypto/key.hpp"
#include "common/message/address.hpp"

#include <memory>
#include <string>
#include <vector>

namespace postern::sign {

/// One signature to make.
struct KeyChoice {
    std::string domain;   ///< d=, A-labels, lower case
    std::string selector; ///< s=, A-labels, lower case
    std::string identity; ///< i=, at or under domain; empty for none
    std::shared_ptr<const crypto::PrivateKey> key;
};

struct Selection {
    std::vector<KeyChoice> keys; ///< in the order in which the signatures are made
    std::string why;             ///< when `keys` is empty: "no key for example.net"
    bool broken = false; ///< a key should have been there and could not be had: tempfail, no keys
};

class KeySource {
public:
    virtual ~KeySource() = default;
    /// Thread-safe. Touches the disk at most once a second for each file it needs.
    [[nodiscard]] virtual Selection select(const message::Mailbox& from) const = 0;
};

} // namespace postern::sign
