#include "common/dns/master_file.hpp"

#include "common/base/text.hpp"
#include "common/dns/outcome_word.hpp"

#include <utility>

namespace postern::dns {

Result<MasterToken> MasterFile::token() {
    const bool quoted = text_[at_] == '"';
    if (quoted) ++at_;
    const std::size_t start = at_;
    for (; at_ < text_.size(); ++at_) {
        const char c = text_[at_];
        if (c == '\n') break;
        if (c == '\\') {
            if (at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
            continue;
        }
        if (quoted ? c == '"' : is_space(c) || c == '"' || c == ';' || c == '(' || c == ')') break;
    }
    const MasterToken token{text_.substr(start, at_ - start), quoted};
    if (quoted) {
        if (at_ == text_.size() || text_[at_] != '"')
            return fail("a quoted string without its end on the same line");
        ++at_;
    }
    return token;
}

Result<std::optional<MasterLine>> MasterFile::next() {
    MasterLine line;
    bool open = false;
    bool line_start = true;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (line.tokens.empty() && line_start) {
            line.owner_left_out = is_wsp(c);
            line.number = number_;
        }
        line_start = false;
        if (c == '\n') {
            ++at_;
            if (!open && !line.tokens.empty()) {
                ++number_;
                return line;
            }
            ++number_;
            line_start = true;
        } else if (is_space(c)) {
            ++at_;
        } else if (c == ';') {
            at_ = std::min(text_.find('\n', at_), text_.size());
        } else if (c == '(' || c == ')') {
            if (open == (c == '(')) return fail("a parenthesis too many");
            open = !open;
            ++at_;
        } else {
            auto read = token();
            if (!read) return tl::unexpected(std::move(read.error()));
            line.tokens.push_back(*read);
        }
    }
    if (open) return fail("a parenthesis is not closed");
    if (line.tokens.empty()) return std::nullopt;
    return line;
}

Result<std::string> unescape_token(std::string_view text) {
    std::string octets;
    octets.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            octets.push_back(text[i]);
            continue;
        }
        if (++i == text.size()) return fail("a backslash before nothing");
        if (!is_digit(text[i])) {
            octets.push_back(text[i]);
            continue;
        }
        const auto number = parse_number<unsigned>(text.substr(i, 3));
        if (text.size() - i < 3 || !number || *number > 255)
            return fail("a backslash before a digit wants three digits, 000 to 255");
        octets.push_back(static_cast<char>(static_cast<unsigned char>(*number)));
        i += 2;
    }
    return octets;
}

std::optional<std::chrono::seconds> parse_ttl(std::string_view text) noexcept {
    std::uint64_t total = 0;
    while (!text.empty()) {
        std::size_t digits = 0;
        while (digits < text.size() && is_digit(text[digits]))
            ++digits;
        const auto number = parse_number<std::uint32_t>(text.substr(0, digits));
        if (!number) return std::nullopt;
        std::uint64_t unit = 1;
        text.remove_prefix(digits);
        if (!text.empty()) {
            constexpr std::string_view kUnits = "smhdw";
            constexpr std::uint64_t kSeconds[]{1, 60, 3600, 86400, 604800};
            const std::size_t which = kUnits.find(ascii_lower(text.front()));
            if (which == std::string_view::npos) return std::nullopt;
            unit = kSeconds[which];
            text.remove_prefix(1);
        }
        total += *number * unit;
        if (total > kMaxTtl) return std::nullopt;
        if (text.empty()) return std::chrono::seconds(total);
    }
    return std::nullopt;
}

} // namespace postern::dns
