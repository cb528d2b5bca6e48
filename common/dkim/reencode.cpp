#include "common/dkim/reencode.hpp"

#include "common/base/base64.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace postern::dkim {
namespace {

constexpr std::string_view kEncodingField = "content-transfer-encoding:";
constexpr std::size_t kMaxBoundaries = 8;
constexpr std::size_t kMaxBoundary = 70; // RFC 2046 5.1.1
constexpr std::size_t kColumns = 76;     // RFC 2045 6.7 (5), 6.8

/// The next line with its CRLF, taken off the front.
std::string_view take_line(std::string_view& text) noexcept {
    const auto end = text.find("\r\n");
    const std::string_view line =
        text.substr(0, end == std::string_view::npos ? text.size() : end + 2);
    text.remove_prefix(line.size());
    return line;
}

std::string_view without_line_end(std::string_view line) noexcept {
    if (line.ends_with("\r\n")) line.remove_suffix(2);
    return line;
}

int hex_digit(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char low = ascii_lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::string decode_quoted_printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::string_view whole = take_line(text);
        std::string_view line = without_line_end(whole);
        while (!line.empty() && is_wsp(line.back()))
            line.remove_suffix(1);
        const bool soft = line.ends_with('=');
        if (soft) line.remove_suffix(1);
        for (std::size_t i = 0; i < line.size(); ++i) {
            const int high = line[i] == '=' && i + 2 < line.size() ? hex_digit(line[i + 1]) : -1;
            const int low = high >= 0 ? hex_digit(line[i + 2]) : -1;
            out += low < 0 ? line[i] : static_cast<char>(high * 16 + low);
            if (low >= 0) i += 2;
        }
        if (!soft && whole.ends_with("\r\n")) out += "\r\n";
    }
    return out;
}

std::string with_crlf(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 32);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
        out += text[i];
    }
    return out;
}

/// `text` ends in the CRLF in front of the next boundary, which is not part of the content (RFC
/// 2046 5.1.1).
std::string decode_base64(std::string_view text) {
    const auto decoded = base64_decode(text);
    if (!decoded) return std::string(text);
    return with_crlf(as_text(*decoded)) + "\r\n";
}

void append_quoted_line(std::string& out, std::string_view line) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto octet = static_cast<unsigned char>(line[i]);
        const bool last = i + 1 == line.size();
        const bool plain =
            (octet > ' ' && octet < 0x7F && octet != '=') || (is_wsp(line[i]) && !last);
        const std::size_t width = plain ? 1 : 3;
        if (column + width > (last ? kColumns : kColumns - 1)) {
            out += "=\r\n";
            column = 0;
        }
        if (plain) {
            out += line[i];
        } else {
            out += '=';
            out += kHex[octet >> 4U];
            out += kHex[octet & 0xFU];
        }
        column += width;
    }
}

std::string encode_quoted_printable(std::string_view text) {
    std::string out;
    out.reserve(text.size() * 2);
    while (!text.empty()) {
        const std::string_view whole = take_line(text);
        append_quoted_line(out, without_line_end(whole));
        if (whole.ends_with("\r\n")) out += "\r\n";
    }
    return out;
}

std::string encode_base64(std::string_view text) {
    const std::string all = base64_encode(as_bytes(text));
    std::string out;
    out.reserve(all.size() + all.size() / kColumns * 2 + 2);
    for (std::size_t at = 0; at < all.size(); at += kColumns) {
        out.append(all, at, kColumns);
        out += "\r\n";
    }
    return out;
}

/// Walks through the parts: lines of headers and boundaries pass, except for the field with the
/// encoding; contents go through `change(content, encoding, of_a_part)`, which gives the new
/// content and the new word for the encoding, or nothing if it stays.
struct Changed {
    std::string content;
    std::string_view encoding;
};

class PartWalk {
public:
    PartWalk(std::string_view encoding, std::string_view content_type)
        : encoding_(trim(encoding)), in_content_(true) {
        note_boundary(content_type);
    }

    template <class Change> std::string run(std::string_view body, const Change& change) {
        std::string out;
        out.reserve(body.size());
        const char* content = body.data();
        std::string_view left = body;
        while (!left.empty()) {
            const std::string_view line = take_line(left);
            if (is_boundary(line)) {
                close(out, {content, static_cast<std::size_t>(line.data() - content)}, change);
                out += line;
                in_content_ = false;
                encoding_ = {};
                field_ = {};
            } else if (!in_content_) {
                read_header_line(out, line);
            }
            if (!in_content_ || is_fresh_) content = left.data();
            is_fresh_ = false;
        }
        const char* const end = body.data() + body.size();
        close(out, {content, static_cast<std::size_t>(end - content)}, change);
        return out;
    }

private:
    [[nodiscard]] bool is_boundary(std::string_view line) const {
        if (!line.starts_with("--")) return false;
        std::string_view text = without_line_end(line).substr(2);
        while (!text.empty() && is_wsp(text.back()))
            text.remove_suffix(1);
        return std::any_of(boundaries_.begin(), boundaries_.end(), [&](std::string_view boundary) {
            return text.starts_with(boundary) &&
                   (text.size() == boundary.size() || text.substr(boundary.size()) == "--");
        });
    }

    void note_boundary(std::string_view text) {
        constexpr std::string_view kName = "boundary=";
        for (std::size_t at = 0; at + kName.size() < text.size(); ++at) {
            if (!istarts_with(text.substr(at), kName)) continue;
            std::string_view value = text.substr(at + kName.size());
            const bool quoted = value.starts_with('"');
            if (quoted) value.remove_prefix(1);
            value = value.substr(0, value.find_first_of(quoted ? "\"\r\n" : "; \t\r\n"));
            if (!value.empty() && value.size() <= kMaxBoundary &&
                boundaries_.size() < kMaxBoundaries)
                boundaries_.push_back(value);
            return;
        }
    }

    /// The field with the encoding is held back until the content shows what it is to say.
    void read_header_line(std::string& out, std::string_view line) {
        if (line == "\r\n") {
            in_content_ = is_fresh_ = true;
            return;
        }
        note_boundary(line);
        if (istarts_with(line, kEncodingField) && field_.empty()) {
            encoding_ = trim(line.substr(kEncodingField.size()));
            field_ = line;
            field_at_ = out.size();
            return;
        }
        out += line;
    }

    template <class Change>
    void close(std::string& out, std::string_view content, const Change& change) {
        const bool part = is_part_;
        is_part_ = true;
        const std::optional<Changed> changed =
            in_content_ ? change(content, encoding_) : std::nullopt;
        if (!field_.empty()) {
            std::string field(field_);
            if (changed)
                field.replace(field.find(encoding_, kEncodingField.size()), encoding_.size(),
                              changed->encoding);
            tail_.assign(out, field_at_);
            out.resize(field_at_);
            out += field;
            out += tail_;
            field_ = {};
        }
        if (part && in_content_) out += "\r\n";
        out += changed ? std::string_view(changed->content) : content;
    }

    std::vector<std::string_view> boundaries_;
    std::string_view encoding_; ///< of the current part
    std::string_view field_;    ///< the line it stands in
    std::size_t field_at_ = 0;
    std::string tail_;
    bool in_content_;
    bool is_fresh_ = false;
    bool is_part_ = false; ///< behind a first boundary: contents have a header in front
};

} // namespace

std::string decode_parts(std::string_view body, std::string_view encoding,
                         std::string_view content_type) {
    return PartWalk(encoding, content_type)
        .run(body, [](std::string_view content, std::string_view how) -> std::optional<Changed> {
            if (iequals(how, "quoted-printable"))
                return Changed{decode_quoted_printable(content), "8bit"};
            if (iequals(how, "base64")) return Changed{decode_base64(content), "8bit"};
            return std::nullopt;
        });
}

std::string encode_parts(std::string_view body, std::string_view content_type,
                         TransferEncoding encoding) {
    const bool base64 = encoding == TransferEncoding::Base64;
    return PartWalk({}, content_type)
        .run(body, [&](std::string_view content, std::string_view) -> std::optional<Changed> {
            if (is_ascii(content)) return std::nullopt;
            if (base64) return Changed{encode_base64(content), "base64"};
            return Changed{encode_quoted_printable(content), "quoted-printable"};
        });
}

} // namespace postern::dkim
