// The DNS record that publishes a signing key (RFC 6376 3.6.1, RFC 8463 4), as text, for a zone
// file and for a person who fills in a web form.
#pragma once

#include "common/crypto/key.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tool {

/// A TXT record holds strings of at most 255 octets (RFC 1035 3.3.14); a verifier joins them
/// without anything between (RFC 6376 3.6.2.2).
inline constexpr std::size_t kMaxTxtString = 255;

/// "v=DKIM1; k=rsa; p=MIIB...": one text, not split.
std::string key_record_text(const crypto::PrivateKey& key);

/// "202611r._domainkey.example.org"
std::string key_record_name(std::string_view selector, std::string_view domain);

std::vector<std::string> split_txt(std::string_view text);

/// The record for a BIND-style zone file (RFC 1035 5.1): absolute owner name, every string in
/// quotes, in parentheses on lines of their own when there are several. Ends with a line feed.
std::string zone_entry(std::string_view name, std::string_view text);

} // namespace postern::tool
