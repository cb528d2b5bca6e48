// Memory that held a secret is overwritten before it is given back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postern::crypto {

/// Overwrites the text, spare capacity included, in a way no optimizer drops, and empties it. For
/// file content that held a key, once the key is parsed.
void wipe(std::string& text) noexcept;
void wipe(std::vector<std::uint8_t>& bytes) noexcept;

/// Wipes when the scope ends, however it ends.
template <class T> class WipeAtExit {
public:
    explicit WipeAtExit(T& secret) noexcept : secret_(secret) {}
    ~WipeAtExit() { wipe(secret_); }
    WipeAtExit(const WipeAtExit&) = delete;
    WipeAtExit& operator=(const WipeAtExit&) = delete;

private:
    T& secret_;
};

} // namespace postern::crypto
