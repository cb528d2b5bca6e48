// What keygen and key show print of a key.
#pragma once

#include "common/crypto/key.hpp"

#include <iosfwd>
#include <span>
#include <string>

namespace postern::tool {

struct PublishedKey {
    std::string domain, selector; ///< A-labels, lower case; may be empty when not known
    std::string file;
    crypto::KeyType type = crypto::KeyType::Rsa;
    unsigned bits = 0;
    std::string record; ///< the text of the TXT record, not split
};
PublishedKey describe_key(const crypto::PrivateKey& key, std::string domain, std::string selector,
                          std::string file);

enum class KeyReport : unsigned char { Human, Json, Zone };
void print_keys(std::ostream& out, std::span<const PublishedKey> keys, KeyReport report);

} // namespace postern::tool
