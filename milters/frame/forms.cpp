#include "milters/frame/forms.hpp"

#include "common/base/text.hpp"

#include <array>
#include <cstring>

namespace postern::milter {

std::string_view to_wire_folds(std::string_view value, std::string& buffer) {
    if (std::memchr(value.data(), '\n', value.size()) == nullptr) return value;
    buffer.clear();
    buffer.reserve(value.size() + 16);
    while (true) {
        const auto line_end = value.find('\n');
        buffer += value.substr(0, line_end);
        if (line_end == std::string_view::npos) return buffer;
        buffer += "\r\n";
        value.remove_prefix(line_end + 1);
    }
}

std::string to_milter_folds(std::string_view value) {
    std::string text;
    text.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\0') continue;
        if (value[i] == '\r' && i + 1 < value.size() && value[i + 1] == '\n') continue;
        text += value[i];
    }
    return text;
}

std::string_view strip_path(std::string_view path) noexcept {
    if (path.size() >= 2 && path.front() == '<' && path.back() == '>')
        return path.substr(1, path.size() - 2);
    return path;
}

std::string reply_text(std::string_view text) {
    constexpr std::size_t kLimit = 480; // libmilter takes 980; an SMTP reply line has 512
    std::string safe;
    for (const char c : text) {
        if (safe.size() >= kLimit) break;
        const auto octet = static_cast<unsigned char>(c);
        if (c == '\t')
            safe += ' ';
        else if (octet < 0x20 || octet == 0x7F)
            continue;
        else if (c == '%')
            safe += "%%"; // Sendmail's format strings; Postfix undoes it
        else
            safe += c;
    }
    return safe;
}

bool is_reply_code(std::string_view code, std::string_view enhanced) noexcept {
    if (code.size() != 3 || (code[0] != '4' && code[0] != '5') || !is_digit(code[1]) ||
        !is_digit(code[2]))
        return false;
    if (enhanced.empty()) return true;
    // RFC 3463 section 2: class "." subject "." detail, one to three digits each
    std::array<std::size_t, 3> digits{};
    std::size_t part = 0;
    for (const char c : enhanced) {
        if (c == '.') {
            if (++part == digits.size()) return false;
        } else if (!is_digit(c) || ++digits[part] > 3) {
            return false;
        }
    }
    return part == 2 && digits[0] == 1 && digits[1] > 0 && digits[2] > 0 && enhanced[0] == code[0];
}

} // namespace postern::milter
