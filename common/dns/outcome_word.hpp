// The words of fixture files for outcomes other than records, and the bounds both forms share.
#pragma once

#include "common/base/text.hpp"
#include "common/dns/resolver.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::dns {

inline constexpr std::string_view kOutcomeWords = "SERVFAIL, TIMEOUT, NXDOMAIN, NODATA, BOGUS";
/// RFC 2181 8.
inline constexpr std::uint64_t kMaxTtl = 0x7FFFFFFF;

inline std::string_view outcome_word(Outcome outcome) noexcept {
    switch (outcome) {
    case Outcome::ServFail:
        return "SERVFAIL";
    case Outcome::Timeout:
        return "TIMEOUT";
    case Outcome::NxDomain:
        return "NXDOMAIN";
    case Outcome::Bogus:
        return "BOGUS";
    case Outcome::NoData:
    case Outcome::Records:
        break;
    }
    return "NODATA";
}

/// In any case; nothing for other words.
inline std::optional<Outcome> parse_outcome_word(std::string_view word) noexcept {
    for (const Outcome outcome :
         {Outcome::ServFail, Outcome::Timeout, Outcome::NxDomain, Outcome::NoData, Outcome::Bogus})
        if (iequals(word, outcome_word(outcome))) return outcome;
    return std::nullopt;
}

} // namespace postern::dns
