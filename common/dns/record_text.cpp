#include "common/dns/record_text.hpp"

#include "common/base/text.hpp"
#include "common/config/problem.hpp"
#include "common/dns/name.hpp"

#include <cstdint>

namespace postern::dns {
namespace {

using config::in_quotes;

/// The octet of an escape that starts behind the backslash at text[at]; `at` moves to its last
/// character.
std::optional<char> unescape(std::string_view text, std::size_t& at) {
    if (at >= text.size()) return std::nullopt;
    if (!is_digit(text[at])) return text[at];
    const auto number = parse_number<unsigned>(text.substr(at, 3));
    if (text.size() - at < 3 || !number || *number > 255) return std::nullopt;
    at += 2;
    return static_cast<char>(static_cast<unsigned char>(*number));
}

bool is_plain_in_name(char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '*' || c == '/' || c == '=' ||
           c == '+' || c == ':';
}

Result<Record> parse_mx(std::string_view text, std::string_view origin) {
    const std::string_view rest = trim(text);
    const std::size_t end = rest.find_first_of(" \t");
    const auto preference = parse_number<std::uint16_t>(rest.substr(0, end));
    if (!preference || end == std::string_view::npos)
        return fail("MX " + in_quotes(text) + " is not a preference (0 to 65535) and a name");
    auto target = parse_name_text(trim(rest.substr(end)), origin);
    if (!target) return tl::unexpected(std::move(target.error()));
    return Record{.text = std::move(*target), .preference = *preference};
}

} // namespace

Result<std::string> parse_name_text(std::string_view text, std::string_view origin) {
    const auto bad = [&] {
        return fail(in_quotes(text) + " is no domain name (labels of 1 to 63 octets, 255 in all)");
    };
    if (text == "@") return std::string(origin);
    if (text == ".") return std::string();
    std::string name;
    bool in_label = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char octet = text[i];
        if (octet == '.') {
            if (!in_label) return bad();
            name.push_back('.');
            in_label = false;
            continue;
        }
        if (octet == '\\') {
            const auto escaped = unescape(text, ++i);
            if (!escaped) return bad();
            octet = *escaped;
        }
        if (octet == '.' || octet == '\\') name.push_back('\\');
        name.push_back(octet);
        in_label = true;
    }
    if (name.empty()) return bad();
    if (in_label && !origin.empty()) name.append(".").append(origin);
    const auto parsed = Name::parse(name);
    if (!parsed) return bad();
    return parsed->text();
}

std::string format_name(std::string_view name) {
    std::string text;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '.' || is_plain_in_name(c)) {
            text.push_back(c);
            continue;
        }
        if (c == '\\' && i + 1 < name.size()) {
            text.append({'\\', name[++i]}); // \. and \\ are written alike
            continue;
        }
        const unsigned octet = static_cast<unsigned char>(c);
        text.push_back('\\');
        for (const unsigned digit : {octet / 100, octet / 10 % 10, octet % 10})
            text.push_back(static_cast<char>('0' + digit));
    }
    return text + ".";
}

Result<Record> parse_record_text(RecordType type, std::string_view text, std::string_view origin) {
    switch (type) {
    case RecordType::A:
    case RecordType::AAAA: {
        const bool v4 = type == RecordType::A;
        const std::string_view word = trim(text);
        const bool spelled_v6 = word.find(':') != std::string_view::npos;
        if (spelled_v6 != v4 && word.find_first_of("[]Ii") == std::string_view::npos)
            if (const auto address = IpAddress::parse(word)) return Record{.address = address};
        return fail(in_quotes(text) + " is no " + (v4 ? "IPv4" : "IPv6") + " address");
    }
    case RecordType::MX:
        return parse_mx(text, origin);
    case RecordType::PTR:
    case RecordType::NS:
    case RecordType::CNAME:
    case RecordType::DNAME: {
        auto target = parse_name_text(trim(text), origin);
        if (!target) return tl::unexpected(std::move(target.error()));
        return Record{.text = std::move(*target)};
    }
    case RecordType::TXT:
    case RecordType::SOA:
        break;
    }
    return Record{.text = std::string(text)};
}

std::string format_record_text(RecordType type, const Record& record) {
    switch (type) {
    case RecordType::A:
    case RecordType::AAAA:
        if (!record.address) return "";
        // An IPv4-mapped address is folded to IPv4 by IpAddress.
        return (type == RecordType::AAAA && record.address->is_v4() ? "::ffff:" : "") +
               record.address->text();
    case RecordType::MX:
        return std::to_string(record.preference) + " " + format_name(record.text);
    case RecordType::PTR:
    case RecordType::NS:
    case RecordType::CNAME:
    case RecordType::DNAME:
        return format_name(record.text);
    case RecordType::TXT:
    case RecordType::SOA:
        break;
    }
    return record.text;
}

} // namespace postern::dns
