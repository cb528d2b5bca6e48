// OpenSSL's error queue, one per thread: what it says is taken as a sentence, and nothing is left
// in it. Inside this room only.
#pragma once

#include <string>

namespace postern::crypto {

/// Around each group of OpenSSL calls: errors raised in the scope are gone afterwards, older ones
/// of the thread stay.
class ErrorScope {
public:
    ErrorScope() noexcept;
    ~ErrorScope();
    ErrorScope(const ErrorScope&) = delete;
    ErrorScope& operator=(const ErrorScope&) = delete;

    /// Why the last call failed, in OpenSSL's words; never empty.
    [[nodiscard]] static std::string reason();
};

} // namespace postern::crypto
