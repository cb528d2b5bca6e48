// The Received-SPF trace field (RFC 7208 9.1): everything needed to see why a check came out as it
// did.
//
//     actions.insert_header(0, "Received-SPF", spf::format_received_spf(query, verdict));
#pragma once

#include "common/spf/engine.hpp"

#include <string>

namespace postern::spf {

/// The value of the field with its leading space, one pair a line, folded with CRLF + tab. All of
/// it is ASCII: what is not printable becomes "?", values longer than 320 octets are cut, and
/// whatever is no dot-atom stands in quotes, so that nothing from outside can end its value. The
/// comment is one of our own phrases. A line is at most 998 octets (RFC 5322 2.1.1).
std::string format_received_spf(const Query& query, const Verdict& verdict);

} // namespace postern::spf
