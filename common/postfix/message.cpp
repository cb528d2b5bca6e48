#include "common/postfix/message.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace postern::postfix {

namespace {

/// The next line without its end, and the rest moved behind it.
std::string_view take_line(std::string_view& rest) {
    const std::size_t lf = rest.find('\n');
    std::string_view line = rest.substr(0, lf);
    rest.remove_prefix(lf == std::string_view::npos ? rest.size() : lf + 1);
    while (lf != std::string_view::npos && line.ends_with('\r'))
        line.remove_suffix(1); // smtpd drops every CR before the LF
    return line;
}

void append_line(std::string& out, std::string_view line, MessageLimits::StrayCr stray) {
    const std::size_t start = out.size();
    out.append(line);
    if (stray == MessageLimits::StrayCr::Blank)
        std::replace(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), '\r', ' ');
}

/// The cut that cleanup makes: at a line boundary when that loses less than a tenth.
void cut_field(std::string& field, std::size_t limit) {
    if (field.size() <= limit) return;
    const std::size_t fold = field.rfind('\n', limit);
    if (fold != std::string::npos &&
        static_cast<double>(fold + 1) > 0.9 * static_cast<double>(limit))
        field.resize(fold);
    else
        field.resize(limit);
}

} // namespace

std::size_t header_name_size(std::string_view line) noexcept {
    std::size_t size = 0;
    bool blank = false;
    for (const char c : line) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == ':') return size;
        if (is_wsp(c)) {
            if (size == 0) return 0;
            blank = true;
        } else if (octet < 0x20 || octet >= 0x7f || blank) {
            return 0;
        } else {
            ++size;
        }
    }
    return 0;
}

Message parse_message(std::string_view text, const MessageLimits& limits) {
    Message message;
    std::string field;    // name ":" value, folds as LF
    std::size_t name = 0; // octets of its name
    const auto finish_field = [&] {
        if (name == 0) return;
        cut_field(field, limits.header_field);
        if (name < field.size())
            message.header.push_back(
                {.name = field.substr(0, name), .value = field.substr(name + 1)});
        name = 0;
    };

    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view after = rest;
        const std::string_view line = take_line(after);
        if (name != 0 && !line.empty() && is_wsp(line.front())) {
            if (field.size() < limits.header_field) {
                field.push_back('\n');
                append_line(field, line.substr(0, line.find('\0')), limits.stray_cr);
            }
            rest = after;
            continue;
        }
        finish_field();
        const std::size_t size = header_name_size(line);
        if (size == 0) {
            if (line.empty()) rest = after; // else the body begins with this very line
            break;
        }
        name = size;
        const std::string_view tail = line.substr(line.find(':'));
        field.assign(line.substr(0, size));
        append_line(field, tail.substr(0, tail.find('\0')), limits.stray_cr);
        rest = after;
    }
    finish_field();

    message.body.reserve(rest.size() + rest.size() / 32);
    while (!rest.empty()) {
        append_line(message.body, take_line(rest), limits.stray_cr);
        message.body.append("\r\n");
    }
    return message;
}

std::string Message::header_text(Hidden hidden) const {
    std::string out;
    for (const HeaderField& field : header) {
        if (field.hidden && hidden == Hidden::Leave) continue;
        out.append(field.name).push_back(':');
        for (const char c : field.value) {
            if (c == '\n') out.push_back('\r');
            out.push_back(c);
        }
        out.append("\r\n");
    }
    return out;
}

std::string Message::text() const {
    std::string out = header_text();
    out.append("\r\n").append(body);
    return out;
}

} // namespace postern::postfix
