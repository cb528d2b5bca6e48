// The keys beside this file, as text.
#pragma once

#include "common/base/file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::testing_support {

inline std::string key_file(const std::string& name) {
    auto content =
        read_file(std::string(POSTERN_SOURCE_DIR) + "/tests/unit/crypto/keys/" + name, 64 * 1024);
    EXPECT_TRUE(content.has_value()) << name;
    return content ? std::move(content->text) : std::string();
}

/// RFC 8463 A.1 and A.2.
inline constexpr const char* kRfc8463Seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
inline constexpr const char* kRfc8463Ed25519Public = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
inline constexpr const char* kRfc8463RsaPublic =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/"
    "J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLz"
    "BfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

} // namespace postern::testing_support
