// Keys and messages of the RFCs, for the tests of this room.
#pragma once

#include "common/base/file.hpp"
#include "common/crypto/key.hpp"
#include "common/message/header.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace postern::testing_support {

using KeyPointer = std::shared_ptr<const crypto::PrivateKey>;

inline KeyPointer key_of(std::string_view text) {
    auto key = crypto::PrivateKey::parse(text);
    return key ? std::make_shared<const crypto::PrivateKey>(std::move(*key)) : nullptr;
}
/// RFC 8463 A.1: brisbane (Ed25519) and test (RSA).
inline KeyPointer rfc8463_ed25519() {
    return key_of("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
}
inline KeyPointer rfc8463_rsa() {
    const auto file = read_file(
        std::string(POSTERN_SOURCE_DIR) + "/tests/unit/crypto/keys/rfc8463_rsa.pem", 64 * 1024);
    return file ? key_of(file->text) : nullptr;
}

/// RFC 6376 A.1 and RFC 8463 A.3, the same message.
inline message::HeaderBlock rfc_headers() {
    message::HeaderBlock headers;
    headers.add("From", " Joe SixPack <joe@football.example.com>");
    headers.add("To", " Suzie Q <suzie@shopping.example.net>");
    headers.add("Subject", " Is dinner ready?");
    headers.add("Date", " Fri, 11 Jul 2003 21:00:37 -0700 (PDT)");
    headers.add("Message-ID", " <20030712040037.46341.5F8J@football.example.com>");
    return headers;
}
inline constexpr std::string_view kRfcBody =
    "Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n";
inline constexpr std::string_view kRfcBodyHash = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=";

} // namespace postern::testing_support
