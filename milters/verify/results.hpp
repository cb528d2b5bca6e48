// What was found out about a message, as one Authentication-Results field (RFC 8601).
//
// Words of the message go into property values only, which authres::format() quotes; comments and
// reasons are our own words. Values that no real message has (a domain of a thousand octets) are
// left out.
#pragma once

#include "common/authres/field.hpp"
#include "milters/verify/checks.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace postern::verify {

struct ResultsContext {
    std::string authserv_id;
    std::string login;           ///< SASL; empty: none
    std::size_t signatures = 10; ///< results of DKIM that are shown, passing ones first
};

/// One result per signature or dkim=none, then spf, iprev, auth.
authres::Field make_results(const Findings& findings, const Subject& subject,
                            const ResultsContext& context);

/// How much of each b= (RFC 6008) it takes to tell the signatures apart: at least the first eight
/// characters, at most kMaxSignatureShown, fewer if there are not so many.
std::vector<std::string> distinct_beginnings(std::span<const dkim::Verdict> verdicts);
inline constexpr std::size_t kMaxSignatureShown = 32;

/// The verdicts that are worth their line when there are more than `limit`: passing ones before
/// others, each in the order of the header.
std::vector<dkim::Verdict> most_telling(std::vector<dkim::Verdict> verdicts, std::size_t limit);

} // namespace postern::verify
