#include "common/message/canonical_header.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <iterator>

namespace postern::message {

namespace {

/// Unfolds, reduces runs of white space to one space and drops those at both ends (RFC 6376 3.4.2,
/// steps 2 to 5). Only CRLF is a line end; a bare CR or LF is an octet like any other.
void append_relaxed_value(std::string& out, std::string_view value) {
    const std::size_t begin = out.size();
    bool space = false; // white space was seen and not yet written
    std::size_t at = 0;
    while (at < value.size()) {
        std::size_t stop = at;
        while (stop < value.size() && !is_wsp(value[stop]) && value[stop] != '\r')
            ++stop;
        if (stop > at) {
            if (space && out.size() > begin) out.push_back(' ');
            space = false;
            out.append(value, at, stop - at);
            at = stop;
            continue;
        }
        if (is_wsp(value[at])) {
            space = true;
            ++at;
        } else if (at + 1 < value.size() && value[at + 1] == '\n') {
            at += 2; // a fold; the white space behind it stays
        } else {
            if (space && out.size() > begin) out.push_back(' ');
            space = false;
            out.push_back(value[at++]);
        }
    }
}

} // namespace

void append_canonical_header(std::string& out, const FieldView& field, Canonicalization form) {
    if (form == Canonicalization::Simple) {
        out.append(field.whole);
    } else {
        std::transform(field.name.begin(), field.name.end(), std::back_inserter(out), ascii_lower);
        out.push_back(':');
        append_relaxed_value(out, field.value);
    }
    out.append("\r\n");
}

} // namespace postern::message
