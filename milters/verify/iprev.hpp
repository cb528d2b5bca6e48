// Does the name of the client's address lead back to the address (RFC 8601 2.7.3 and 3)?
#pragma once

#include "common/base/ip.hpp"
#include "common/dns/resolver.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::verify {

enum class IprevStatus : std::uint8_t { Pass, Fail, TempError, PermError };
/// "pass", "fail", "temperror", "permerror".
std::string_view to_string(IprevStatus status) noexcept;

struct Iprev {
    IprevStatus status = IprevStatus::PermError;
    std::string name;        ///< that leads back; empty unless Pass
    std::string_view reason; ///< everything but Pass: our own words
    friend bool operator==(const Iprev&, const Iprev&) = default;
};

/// Names of one address that are looked up, as RFC 7208 4.6.4 limits them.
inline constexpr std::size_t kMaxReverseNames = 10;

/// What check_iprev() is going to ask, as far as it is known beforehand: the name of the address,
/// and the addresses of `guess`, the name Postfix found ("" if it found none).
std::vector<dns::Question> iprev_questions(const IpAddress& address, std::string_view guess);
Iprev check_iprev(const IpAddress& address, dns::Resolver& resolver, const dns::Deadline& deadline);

} // namespace postern::verify
