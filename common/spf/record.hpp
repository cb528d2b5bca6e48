// SPF records as RFC 7208 sections 4.6, 5, 6 and 12 have them, read strictly: one wrong octet
// anywhere makes the whole record a PermError.
//
//     const auto record = Record::parse("v=spf1 ip4:192.0.2.0/24 include:example.net -all");
//     if (!record) return permerror(record.error().message);
//     for (const Directive& directive : record->directives) ...
#pragma once

#include "common/base/ip.hpp"
#include "common/base/result.hpp"
#include "common/spf/macro.hpp"
#include "common/spf/verdict.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::spf {

enum class Mechanism : std::uint8_t { All, Include, A, Mx, Ptr, Ip4, Ip6, Exists };

struct Directive {
    Mechanism mechanism = Mechanism::All;
    Status qualifier = Status::Pass; ///< what a match means: Pass, Fail, SoftFail or Neutral
    /// Of include, exists; of a, mx, ptr where given, else it is the domain under check.
    std::optional<MacroString> target = {};
    std::array<std::uint8_t, 16> network{}; ///< Ip4 (the first four octets), Ip6
    int prefix4 = 32;                       ///< Ip4, A, Mx
    int prefix6 = 128;                      ///< Ip6, A, Mx
    /// As the record has it, as offsets into Record::text.
    std::size_t begin = 0;
    std::size_t end = 0;

    /// Does it ask DNS (RFC 7208 4.6.4)?
    [[nodiscard]] bool asks() const noexcept {
        return mechanism != Mechanism::All && mechanism != Mechanism::Ip4 &&
               mechanism != Mechanism::Ip6;
    }
    /// Of Ip4 and Ip6: is the client within the network? A client of the other family never is.
    [[nodiscard]] bool contains(const IpAddress& client) const noexcept;
    /// Of A and Mx: is an address that was looked up the client's, as far as the prefix goes?
    [[nodiscard]] bool matches(const IpAddress& found, const IpAddress& client) const noexcept;
    friend bool operator==(const Directive&, const Directive&) = default;
};

struct Record {
    std::string text; ///< printable ASCII
    std::vector<Directive> directives;
    std::optional<MacroString> redirect; ///< nothing where the record has an "all" (RFC 7208 6.1)
    std::optional<MacroString> explanation;

    /// The whole record, version and all. The error names the term and what is wrong with it, in
    /// printable ASCII.
    static Result<Record> parse(std::string_view text);
    /// A view into `text`.
    [[nodiscard]] std::string_view text_of(const Directive& directive) const noexcept {
        return std::string_view(text).substr(directive.begin, directive.end - directive.begin);
    }
    friend bool operator==(const Record&, const Record&) = default;
};

/// Does a TXT record begin with a version section of "v=spf1" (RFC 7208 4.5)?
bool is_record(std::string_view text) noexcept;

/// Octets from outside for a person to read: what is not printable ASCII becomes "?", and only
/// the first `limit` octets are kept.
std::string printable(std::string_view text, std::size_t limit = 256);

} // namespace postern::spf
