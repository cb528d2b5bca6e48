// What was found out about a message, as keys of its log line. postern-log(7)
#pragma once

#include "common/base/log.hpp"
#include "milters/verify/checks.hpp"
#include "milters/verify/policy.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::verify {

/// "verified", "tagged", "quarantined", "tempfail", "rejected".
std::string_view action_word(Action action) noexcept;

/// dkim=pass:example.org,fail:list.example spf=pass spf-helo=none iprev=pass; of DKIM at most
/// `signatures`.
void add_findings(LogLine& line, const Findings& findings, std::size_t signatures);

/// Why what did not pass did not: "dkim list.example: body hash does not match; spf: ..."; empty if
/// there is nothing to say.
std::string reasons(const Findings& findings, std::size_t signatures);

} // namespace postern::verify
