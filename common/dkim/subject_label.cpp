#include "common/dkim/subject_label.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <array>

namespace postern::dkim {

std::size_t leading_blanks(std::string_view text) noexcept {
    const auto end = text.find_first_not_of(" \t\r\n");
    return end == std::string_view::npos ? text.size() : end;
}

std::size_t leading_reply_mark(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 10> kMarks = {
        "re:", "fwd:", "fw:", "aw:", "wg:", "sv:", "vs:", "tr:", "ref:", "antw:"};
    for (const std::string_view mark : kMarks)
        if (istarts_with(text, mark)) return mark.size() + leading_blanks(text.substr(mark.size()));
    return 0;
}

std::size_t leading_label(std::string_view text) noexcept {
    constexpr std::size_t kLongest = 80;
    constexpr std::array<std::string_view, 4> kBrackets = {"[]", "{}", "()", "<>"};
    const std::string_view all = text;
    text = text.substr(0, kLongest);
    std::size_t end = std::string_view::npos;
    if (text.starts_with("**")) {
        end = text.find("**", text.find_first_not_of('*'));
        if (end != std::string_view::npos) end = text.find_first_not_of('*', end);
        if (end == std::string_view::npos) return 0;
        return end + leading_blanks(all.substr(end));
    }
    for (const std::string_view pair : kBrackets)
        if (text.starts_with(pair[0])) end = text.find(pair[1]);
    if (end == std::string_view::npos) {
        end = text.find(':');
        const auto is_word = [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; };
        if (end == 0 || end == std::string_view::npos ||
            !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), is_word))
            return 0;
    }
    return end + 1 + leading_blanks(all.substr(end + 1));
}

} // namespace postern::dkim
