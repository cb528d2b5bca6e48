#include "tools/replay/header_diff.hpp"

#include "tools/replay/report.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace postern::replay {

namespace {

struct Line {
    char mark; // ' ', '-', '+'
    std::string_view text;
};

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return lines;
}

/// Longest common subsequence between the equal ends; a huge change in the middle is shown as
/// removed and added, which is no less true.
std::vector<Line> compare(const std::vector<std::string_view>& a,
                          const std::vector<std::string_view>& b) {
    std::size_t top = 0;
    while (top < a.size() && top < b.size() && a[top] == b[top])
        ++top;
    std::size_t tail = 0;
    while (tail < a.size() - top && tail < b.size() - top &&
           a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
        ++tail;
    const std::size_t rows = a.size() - top - tail, columns = b.size() - top - tail;
    std::vector<Line> out;
    for (std::size_t i = 0; i < top; ++i)
        out.push_back({' ', a[i]});
    constexpr std::size_t kMaxCells = std::size_t{4} << 20;
    if (rows * columns > kMaxCells) {
        for (std::size_t i = 0; i < rows; ++i)
            out.push_back({'-', a[top + i]});
        for (std::size_t j = 0; j < columns; ++j)
            out.push_back({'+', b[top + j]});
    } else {
        std::vector<std::uint32_t> length((rows + 1) * (columns + 1), 0);
        const auto cell = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
            return length[i * (columns + 1) + j];
        };
        for (std::size_t i = rows; i-- > 0;)
            for (std::size_t j = columns; j-- > 0;)
                cell(i, j) = a[top + i] == b[top + j] ? cell(i + 1, j + 1) + 1
                                                      : std::max(cell(i + 1, j), cell(i, j + 1));
        std::size_t i = 0, j = 0;
        while (i < rows || j < columns) {
            if (i < rows && j < columns && a[top + i] == b[top + j]) {
                out.push_back({' ', a[top + i]});
                ++i;
                ++j;
            } else if (j == columns || (i < rows && cell(i + 1, j) >= cell(i, j + 1))) {
                out.push_back({'-', a[top + i++]});
            } else {
                out.push_back({'+', b[top + j++]});
            }
        }
    }
    for (std::size_t i = 0; i < tail; ++i)
        out.push_back({' ', a[a.size() - tail + i]});
    return out;
}

} // namespace

std::string header_diff(const postfix::Message& before, const postfix::Message& after,
                        const std::string& name) {
    const std::string old_text = before.header_text(), new_text = after.header_text();
    std::string out;
    if (old_text != new_text) {
        const auto a = lines_of(old_text), b = lines_of(new_text);
        const std::vector<Line> lines = compare(a, b);
        out = "--- " + printable(name) + "\n+++ " + printable(name) + " (result)\n";
        constexpr std::size_t kContext = 3;
        std::size_t old_line = 1, new_line = 1, i = 0;
        while (i < lines.size()) {
            if (lines[i].mark == ' ') {
                ++i, ++old_line, ++new_line;
                continue;
            }
            // A hunk reaches from here to where twice the context holds no change.
            const std::size_t start = i - std::min(i, kContext);
            std::size_t end = i, quiet = 0;
            while (end < lines.size() && quiet <= 2 * kContext) {
                quiet = lines[end].mark == ' ' ? quiet + 1 : 0;
                ++end;
            }
            if (quiet > kContext) end -= quiet - kContext;
            std::size_t old_count = 0, new_count = 0;
            std::string body;
            for (std::size_t k = start; k < end; ++k) {
                old_count += lines[k].mark != '+' ? 1U : 0U;
                new_count += lines[k].mark != '-' ? 1U : 0U;
                body += lines[k].mark + printable(lines[k].text) + "\n";
            }
            const std::size_t back = i - start;
            out += "@@ -" + std::to_string(old_line - back) + "," + std::to_string(old_count) +
                   " +" + std::to_string(new_line - back) + "," + std::to_string(new_count) +
                   " @@\n" + body;
            old_line += old_count - back;
            new_line += new_count - back;
            i = end;
        }
    }
    if (before.body != after.body)
        out += "body: " + std::to_string(before.body.size()) + " octets became " +
               std::to_string(after.body.size()) + "\n";
    return out;
}

} // namespace postern::replay
