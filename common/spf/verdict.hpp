// What SPF says about one identity of one client (RFC 7208 2.6), as a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::spf {

/// RFC 7208 2.6; the words of RFC 8601 2.7.2.
enum class Status : std::uint8_t { None, Neutral, Pass, Fail, SoftFail, TempError, PermError };
/// "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror".
std::string_view to_string(Status status) noexcept;

/// Which name of the SMTP session was checked (RFC 7208 2.3, 2.4).
enum class Identity : std::uint8_t { Helo, MailFrom };
/// "helo", "mailfrom".
std::string_view to_string(Identity identity) noexcept;

struct Verdict {
    Status status = Status::None;
    Identity identity = Identity::MailFrom;
    std::string domain; ///< whose record was looked up; printable ASCII
    /// The directive that decided, as the record has it ("ip4:192.0.2.0/24", "-all"); "default"
    /// when none matched; empty if there was nothing to match. Printable ASCII.
    std::string mechanism;
    std::string explanation; ///< of a fail: the sender's own words (RFC 7208 6.2), printable ASCII
    std::string problem;     ///< of none and the errors: why, one clause for a person
    unsigned lookups = 0;    ///< terms that asked DNS (RFC 7208 4.6.4)
    unsigned void_lookups = 0; ///< of these, answered with nothing
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

} // namespace postern::spf
