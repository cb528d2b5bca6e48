// A temporary directory with key files, and what loading said, as text.
#pragma once

#include "common/base/clock.hpp"
#include "common/crypto/key.hpp"
#include "common/tables/report.hpp"
#include "milters/sign/key_ring.hpp"
#include "milters/sign/key_source.hpp"
#include "tests/support/temporary_place.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace postern::sign {

/// PEM texts, made once for the whole run: generating RSA keys is slow.
inline const std::string& rsa_pem() {
    static const std::string pem = crypto::PrivateKey::generate(crypto::KeyType::Rsa, 2048)->pem();
    return pem;
}
inline const std::string& ed25519_pem() {
    static const std::string pem = crypto::PrivateKey::generate(crypto::KeyType::Ed25519)->pem();
    return pem;
}

using KeyPlace = testing_support::TemporaryPlace;
using testing_support::texts;

/// Today, so that files just written are young, as in life.
inline std::int64_t today() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// "d=... s=... i=...; ..." in their order; "none: why" or "broken: why".
inline std::string text(const Selection& selection) {
    if (selection.broken) return "broken: " + selection.why;
    if (selection.keys.empty()) return "none: " + selection.why;
    std::string all;
    for (const KeyChoice& key : selection.keys) {
        if (!all.empty()) all += "; ";
        all += "d=" + key.domain + " s=" + key.selector;
        if (!key.identity.empty()) all += " i=" + key.identity;
    }
    return all;
}

} // namespace postern::sign
