#include "common/dkim/body_guesses.hpp"

#include "common/base/text.hpp"
#include "common/dkim/reencode.hpp"

#include <algorithm>
#include <array>

namespace postern::dkim {
namespace {

using message::HeaderBlock;

constexpr std::string_view kLineEnd = "\r\n";

std::string_view value_of(const HeaderBlock& headers, std::string_view name) {
    const std::size_t index = headers.find(name);
    return index == HeaderBlock::npos ? std::string_view() : headers[index].value;
}

/// The body with each line replaced by what `change(out, line)` appends for it; CRLFs stay. The
/// last line may lack its own.
template <class Change> std::string each_line(std::string_view body, const Change& change) {
    std::string out;
    out.reserve(body.size() + body.size() / 16);
    while (!body.empty()) {
        const auto end = body.find(kLineEnd);
        change(out, body.substr(0, end));
        if (end == std::string_view::npos) break;
        out += kLineEnd;
        body.remove_prefix(end + kLineEnd.size());
    }
    return out;
}

std::string without_trailing_blanks(std::string_view body, const HeaderBlock&) {
    return each_line(body, [](std::string& out, std::string_view line) {
        while (!line.empty() && is_wsp(line.back()))
            line.remove_suffix(1);
        out += line;
    });
}

std::string tabs_as_spaces(std::string_view body, const HeaderBlock&) {
    std::string out(body);
    std::replace(out.begin(), out.end(), '\t', ' ');
    return out;
}

/// A space in front of lines that begin with one, with ">" or with "From " (RFC 3676 4.4).
std::string without_space_stuffing(std::string_view body, const HeaderBlock&) {
    return each_line(body, [](std::string& out, std::string_view line) {
        out += line.starts_with(' ') ? line.substr(1) : line;
    });
}

/// ">From " is what mailboxes make of "From " at the beginning of a line (RFC 4155).
std::string without_escaped_from(std::string_view body, const HeaderBlock&) {
    return each_line(body, [](std::string& out, std::string_view line) {
        out += line.starts_with(">From ") ? line.substr(1) : line;
    });
}

std::string without_leading_blank_lines(std::string_view body, const HeaderBlock&) {
    while (body.starts_with(kLineEnd))
        body.remove_prefix(kLineEnd.size());
    return std::string(body);
}

std::string with_leading_blank_line(std::string_view body, const HeaderBlock&) {
    return std::string(kLineEnd) + std::string(body);
}

std::string with_single_blank_lines(std::string_view body, const HeaderBlock&) {
    std::string out;
    out.reserve(body.size());
    for (std::size_t at = 0; at < body.size();) {
        if (out.ends_with("\r\n\r\n") && body.substr(at, 2) == kLineEnd)
            at += 2;
        else
            out += body[at++];
    }
    return out;
}

/// Each line end was doubled.
std::string with_halved_line_ends(std::string_view body, const HeaderBlock&) {
    std::string out;
    out.reserve(body.size());
    for (std::size_t at = 0; at < body.size();) {
        if (body.substr(at, 4) == "\r\n\r\n") {
            out += kLineEnd;
            at += 4;
        } else {
            out += body[at++];
        }
    }
    return out;
}

/// A CR or LF by itself was a whole line end.
std::string with_whole_line_ends(std::string_view body, const HeaderBlock&) {
    std::string out;
    out.reserve(body.size() + body.size() / 16);
    for (std::size_t at = 0; at < body.size(); ++at) {
        const char c = body[at];
        if (c == '\r' || c == '\n') {
            out += kLineEnd;
            if (body.substr(at, 2) == kLineEnd) ++at;
        } else {
            out += c;
        }
    }
    return out;
}

/// Lines over the limit go out in pieces, each with a space in front (smtp_line_length_limit of
/// Postfix; 990 once).
std::string with_long_lines(std::string_view body, const HeaderBlock&) {
    std::string out;
    out.reserve(body.size());
    while (!body.empty()) {
        const auto end = body.find(kLineEnd);
        const std::string_view line = body.substr(0, end);
        out += line;
        if (end == std::string_view::npos) break;
        body.remove_prefix(end + kLineEnd.size());
        if ((line.size() == 998 || line.size() == 990) && body.starts_with(' '))
            body.remove_prefix(1);
        else
            out += kLineEnd;
    }
    return out;
}

/// The receiver took no dots away, or the signer saw them before they were doubled (RFC 5321
/// 4.5.2).
std::string with_single_dots(std::string_view body, const HeaderBlock&) {
    return each_line(body, [](std::string& out, std::string_view line) {
        out += line.starts_with("..") ? line.substr(1) : line;
    });
}
std::string with_doubled_dots(std::string_view body, const HeaderBlock&) {
    return each_line(body, [](std::string& out, std::string_view line) {
        if (line.starts_with('.')) out += '.';
        out += line;
    });
}

std::string decoded(std::string_view body, const HeaderBlock& headers) {
    return decode_parts(body, value_of(headers, "Content-Transfer-Encoding"),
                        value_of(headers, "Content-Type"));
}
std::string quoted_printable_again(std::string_view body, const HeaderBlock& headers) {
    return encode_parts(body, value_of(headers, "Content-Type"), TransferEncoding::QuotedPrintable);
}
std::string base64_again(std::string_view body, const HeaderBlock& headers) {
    return encode_parts(body, value_of(headers, "Content-Type"), TransferEncoding::Base64);
}

constexpr std::array kGuesses{
    BodyGuess{"body re-encoded", decoded},
    BodyGuess{"body re-encoded", quoted_printable_again},
    BodyGuess{"body re-encoded", base64_again},
    BodyGuess{"white space changed", without_trailing_blanks},
    BodyGuess{"white space changed", tabs_as_spaces},
    BodyGuess{"white space changed", without_space_stuffing},
    BodyGuess{"blank lines changed", without_leading_blank_lines},
    BodyGuess{"blank lines changed", with_leading_blank_line},
    BodyGuess{"blank lines changed", with_single_blank_lines},
    BodyGuess{"blank lines changed", with_halved_line_ends},
    BodyGuess{"line ends changed", with_whole_line_ends},
    BodyGuess{"long lines broken", with_long_lines},
    BodyGuess{"leading dots changed", with_single_dots},
    BodyGuess{"leading dots changed", with_doubled_dots},
    BodyGuess{"leading From escaped", without_escaped_from},
};

} // namespace

std::span<const BodyGuess> body_guesses() noexcept { return kGuesses; }

std::string_view first_part(std::string_view body) noexcept {
    const auto open = body.starts_with("--") ? 0 : body.find("\r\n--");
    if (open == std::string_view::npos) return {};
    const auto start = open == 0 && body.starts_with("--") ? 0 : open + 2;
    const auto line_end = body.find(kLineEnd, start);
    if (line_end == std::string_view::npos) return {};
    const std::string_view boundary = body.substr(start, line_end - start);
    const auto header_end = body.find("\r\n\r\n", line_end);
    if (boundary.size() < 3 || boundary.size() > 72 || header_end == std::string_view::npos)
        return {};
    const auto content = header_end + 4;
    for (auto at = body.find("\r\n--", header_end + 2); at != std::string_view::npos;
         at = body.find("\r\n--", at + 4)) {
        if (body.substr(at + 2, boundary.size()) != boundary) continue;
        return at < content ? std::string_view() : body.substr(content, at + 2 - content);
    }
    return {};
}

} // namespace postern::dkim
