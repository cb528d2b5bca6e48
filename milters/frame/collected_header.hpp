// The header fields of one message as they come, up to the limits of the configuration.
//
//     CollectedHeader header({.octets = 1 << 20, .fields = 2000});
//     header.add(name, value);                    // in Session::header
//     if (!header.over_limit().empty()) ...       // at end of headers
#pragma once

#include "common/message/header.hpp"

#include <cstddef>
#include <string_view>

namespace postern::milter {

struct HeaderLimits {
    std::size_t octets = std::size_t{1} << 20; ///< of all fields together
    std::size_t fields = 2000;
};

class CollectedHeader {
public:
    explicit CollectedHeader(HeaderLimits limits = {}) : limits_(limits) {}

    /// Once a field does not fit, nothing more is kept.
    void add(std::string_view name, std::string_view value);
    /// "too many header fields", "header fields too large"; empty while everything fits.
    [[nodiscard]] std::string_view over_limit() const noexcept { return over_limit_; }
    [[nodiscard]] const message::HeaderBlock& fields() const noexcept { return fields_; }

private:
    HeaderLimits limits_;
    message::HeaderBlock fields_;
    std::string_view over_limit_;
};

} // namespace postern::milter
