#include "tests/support/manual.hpp"

#include "common/base/file.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace postern::testing_support {
namespace {

using config::ManualItem;

/// Words of a macro line, quotes taken off ("[sign]" may be written in quotes).
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    while (true) {
        line = trim(line);
        if (line.empty()) return words;
        if (line.front() == '"') {
            const auto end = line.find('"', 1);
            words.emplace_back(line.substr(1, end == line.npos ? end : end - 1));
            line.remove_prefix(end == line.npos ? line.size() : end + 1);
        } else {
            const auto end = line.find_first_of(" \t");
            words.emplace_back(line.substr(0, end));
            line.remove_prefix(end == line.npos ? line.size() : end);
        }
    }
}

/// roff for what a default can hold: \- is a hyphen, \e a backslash, \& nothing.
std::string without_roff(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            plain += text[i];
            continue;
        }
        ++i;
        if (text[i] == 'e') plain += '\\';
        if (text[i] == '-') plain += '-';
        if (text[i] == '~' || text[i] == ' ') plain += ' ';
    }
    return plain;
}

/// Macros that may stand in the line of a default.
bool is_macro(std::string_view word) {
    for (const std::string_view macro : {"Li", "Pa", "Cm", "Ar", "Dq", "Ic", "Ql", "Sy", "Ad"})
        if (word == macro) return true;
    return false;
}

std::optional<std::string> default_of(std::string_view line) {
    constexpr std::string_view kMark = "default:";
    const auto mark = line.find(kMark);
    if (mark == std::string_view::npos) return std::nullopt;
    std::string text;
    for (const std::string& word : words_of(line.substr(mark + kMark.size()))) {
        if (is_macro(word)) continue;
        const bool attached = text.empty() || word == "," || word == ")" || word == ".";
        if (!attached) text += ' ';
        text += word;
    }
    // A comma inside a value follows its word; what closes the sentence or parenthesis does not
    // belong to it.
    while (!text.empty() && (text.back() == ')' || text.back() == '.' || text.back() == ';'))
        text.pop_back();
    text = without_roff(trim(text));
    if (text == "none" || text == "empty") text.clear();
    return text;
}

} // namespace

std::vector<ManualItem> manual_items_of(std::string_view page, std::string_view section) {
    const std::string heading = "[" + std::string(section) + "]";
    std::vector<ManualItem> items;
    bool inside = false, in_chapter = false;
    bool has_default = true;
    const auto lack = [&] {
        if (!has_default) items.back().default_value = "(the page says no default)";
    };
    for (const std::string_view line : split(page, '\n')) {
        if (line.starts_with(".Sh ") || line.starts_with(".Ss ")) {
            const bool chapter = line[2] == 'h';
            const auto words = words_of(line.substr(4));
            const bool ours = std::find(words.begin(), words.end(), heading) != words.end();
            const bool others = !ours && !words.empty() && words.back().starts_with('[');
            // A sub-section of our section still belongs to it, unless it names another.
            if (inside && !ours && !chapter && in_chapter && !others) continue;
            if (inside) lack();
            has_default = true;
            inside = ours;
            in_chapter = chapter;
        } else if (inside && line.starts_with(".It Ic ")) {
            lack();
            const auto words = words_of(line.substr(7));
            if (words.empty()) throw std::runtime_error("an .It Ic without a name in the page");
            items.push_back({.name = without_roff(words.front()), .default_value = {}});
            has_default = false;
        } else if (inside && !items.empty() && !has_default) {
            if (auto value = default_of(line)) {
                items.back().default_value = std::move(*value);
                has_default = true;
            }
        }
    }
    if (inside) lack();
    return items;
}

std::vector<std::string> manual_differences(std::string_view page, const config::Section& section) {
    const auto in_page = manual_items_of(page, section.name);
    const auto in_table = config::manual_items(section);
    const auto find = [](const std::vector<ManualItem>& items, const std::string& name) {
        return std::find_if(items.begin(), items.end(),
                            [&](const ManualItem& item) { return item.name == name; });
    };
    const std::string label = "[" + std::string(section.name) + "] ";
    std::vector<std::string> differences;
    for (const ManualItem& row : in_table) {
        const auto item = find(in_page, row.name);
        if (item == in_page.end()) {
            differences.push_back(label + row.name + ": not in the manual");
        } else if (item->default_value != row.default_value) {
            differences.push_back(label + row.name + ": default " + row.default_value +
                                  ", in the manual " + item->default_value);
        }
    }
    for (auto item = in_page.begin(); item != in_page.end(); ++item) {
        if (find(in_table, item->name) == in_table.end())
            differences.push_back(label + item->name + ": in the manual only");
        if (find(in_page, item->name) != item)
            differences.push_back(label + item->name + ": twice in the manual");
    }
    return differences;
}

std::string read_text(const std::string& path) {
    auto file = read_file(path, std::size_t{16} << 20);
    if (!file) throw std::runtime_error(file.error().message);
    return std::move(file->text);
}

} // namespace postern::testing_support
