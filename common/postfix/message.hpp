// A message as Postfix's smtpd and cleanup take it in: header fields with LF folds, body with CRLF.
//
// parse_message() does what these two do before a filter sees the mail (3.7.11): LF and CRLF both
// end a line, stray CRs become blanks, white space between a field's name and its colon goes, the
// first line that is no header begins the body, long header fields are cut at the limit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern::postfix {

struct HeaderField {
    std::string name;
    std::string value; ///< everything after the colon, with its leading white space, folds as LF
    /// Postfix's own Received: counts as a position for inserts, is not shown to filters and never
    /// found by name.
    bool hidden = false;
    friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

struct Message {
    std::vector<HeaderField> header;
    std::string body; ///< lines end with CRLF; without the empty line that separates it

    /// The whole message as on the wire, CRLF line ends, without dot stuffing.
    [[nodiscard]] std::string text() const;
    /// The header fields only, CRLF line ends. Without hidden ones if asked.
    enum class Hidden : bool { Leave, Show };
    [[nodiscard]] std::string header_text(Hidden hidden = Hidden::Show) const;
};

struct MessageLimits {
    /// Octets of one field: header_size_limit is 102400, but cleanup takes 60000 at most when it
    /// has filters.
    std::size_t header_field = 60000;
    enum class StrayCr : bool { Keep, Blank };
    StrayCr stray_cr = StrayCr::Blank; ///< cleanup_replace_stray_cr_lf, "yes" since 3.7.10
};

Message parse_message(std::string_view text, const MessageLimits& limits = {});

/// Octets of the field name if this line begins a header field, else 0; white space before the
/// colon is allowed.
std::size_t header_name_size(std::string_view line) noexcept;

} // namespace postern::postfix
