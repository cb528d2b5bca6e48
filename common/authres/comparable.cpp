#include "common/authres/comparable.hpp"

#include "common/base/domain.hpp"
#include "common/base/text.hpp"

#include <algorithm>

namespace postern::authres {
namespace {

bool is_dress(char c) noexcept {
    return c == '"' || c == '\\' || c == '(' || c == ')' || c == '\x7f' ||
           (static_cast<unsigned char>(c) <= ' ');
}

/// Of a label; a dot ends it, other writing systems have more dots, which the conversion knows.
bool is_label_octet(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

} // namespace

std::optional<std::string> to_comparable(std::string_view text, std::size_t& budget) {
    if (is_ascii(text)) return to_lower(text);
    std::string comparable;
    comparable.reserve(text.size());
    while (!text.empty()) {
        const auto stop = std::find_if_not(text.begin(), text.end(), is_label_octet);
        const std::string_view word = text.substr(0, static_cast<std::size_t>(stop - text.begin()));
        if (is_ascii(word)) {
            comparable += to_lower(word);
        } else {
            if (budget == 0) return std::nullopt;
            --budget;
            const auto ascii = to_a_labels(word);
            comparable += ascii ? *ascii : std::string(word);
        }
        text.remove_prefix(word.size());
        const auto next = std::find_if(text.begin(), text.end(), is_label_octet);
        comparable.append(text.begin(), next);
        text.remove_prefix(static_cast<std::size_t>(next - text.begin()));
    }
    return comparable;
}

std::string undressed(std::string_view value) {
    std::string bare;
    bare.reserve(value.size());
    std::copy_if(value.begin(), value.end(), std::back_inserter(bare),
                 [](char c) { return !is_dress(c); });
    return bare;
}

std::string undressed_without_comments(std::string_view value) {
    std::string bare;
    bare.reserve(value.size());
    std::size_t depth = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '\\' && depth > 0)
            ++i;
        else if (c == '(')
            ++depth;
        else if (c == ')')
            depth -= depth > 0 ? 1 : 0;
        else if (depth == 0 && !is_dress(c))
            bare.push_back(c);
    }
    return bare;
}

} // namespace postern::authres
