// What in a message will break its signature on the way: said once, in the log line, while someone
// can still mend the sender.
#pragma once

#include "common/message/header.hpp"
#include "common/message/survey.hpp"

#include <span>
#include <string>

namespace postern::sign {

/// The points that apply, separated by commas, empty when none does: long-line (over 998 octets:
/// Postfix breaks it on delivery), 8bit (converted when the next server lacks 8BITMIME), bare-cr,
/// bare-lf, nul, no-date, no-message-id (a later hop adds them, and we sign their absence),
/// own-signature (a signature by one of `keys` is there already: signed twice). `keys`:
/// "selector._domainkey.domain" of the keys in use.
std::string fragile_points(const message::HeaderBlock& headers, const message::BodySurvey& survey,
                           std::span<const std::string> keys);

} // namespace postern::sign
