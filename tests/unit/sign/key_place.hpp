// A temporary directory with key files, and what loading said, as text.
#pragma once

#include "common/base/clock.hpp"
#include "common/crypto/key.hpp"
#include "milters/sign/key_ring.hpp"
#include "milters/sign/key_source.hpp"
#include "milters/sign/report.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

class KeyPlace {
public:
    KeyPlace() {
        std::string name = "/tmp/sign-test-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~KeyPlace() { std::filesystem::remove_all(path_); }
    KeyPlace(const KeyPlace&) = delete;
    KeyPlace& operator=(const KeyPlace&) = delete;

    [[nodiscard]] std::string path(const std::string& name = {}) const {
        return name.empty() ? path_ : path_ + "/" + name;
    }
    std::string write(const std::string& name, const std::string& text, mode_t mode = 0640) const {
        const std::string file = path(name);
        std::filesystem::create_directories(std::filesystem::path(file).parent_path());
        std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
        ::chmod(file.c_str(), mode);
        return file;
    }

private:
    std::string path_;
};

/// Today, so that files just written are young, as in life.
inline std::int64_t today() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

inline std::string texts(const config::Problems& list) {
    std::string all;
    for (const auto& one : list)
        all += one.text() + "\n";
    return all;
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
