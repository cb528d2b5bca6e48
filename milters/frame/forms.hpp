// The spellings of the milter protocol and ours: folds, paths, replies. Pure, so that they can be
// tested without a socket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::milter {

/// A header value as Postfix hands it over, LF for each line break, as it is on the wire: CRLF.
/// A CR of the message's own stays. The result is `value` itself or a view into `buffer`.
std::string_view to_wire_folds(std::string_view value, std::string& buffer);

/// The way back: CRLF becomes LF; a lone CR stays. NUL octets cannot be sent and are removed.
std::string to_milter_folds(std::string_view value);

/// "<a@b>" and "a@b" are a@b; "<>" and "" the null sender. View into the argument.
std::string_view strip_path(std::string_view path) noexcept;

/// What smfi_setreply takes: '%' doubled, line ends and other control characters gone, cut to what
/// fits.
std::string reply_text(std::string_view text);

/// "450" or "550" and "4.7.1" of the same class?
bool is_reply_code(std::string_view code, std::string_view enhanced) noexcept;

} // namespace postern::milter
