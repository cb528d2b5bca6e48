#include "common/config/ini.hpp"

#include "common/base/log.hpp"
#include "common/base/text.hpp"

#include <optional>
#include <utility>

namespace postern::config {
namespace {

bool is_comment(std::string_view line) {
    return !line.empty() && (line.front() == '#' || line.front() == ';');
}

/// Without the comment that white space and `#` begin.
std::string_view without_comment(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '#' && i > 0 && is_wsp(text[i - 1])) return text.substr(0, i);
    return text;
}

/// What stands after the heading's bracket or the closing quote may only be a comment.
bool is_nothing(std::string_view rest) {
    const std::string_view text = trim(rest);
    return text.empty() || text.front() == '#';
}

class IniParser {
public:
    IniParser(std::string_view text, const std::string& path, Problems& problems)
        : text_(text), path_(path), problems_(problems), enough_(problems.size() + kMaxProblems) {}

    std::vector<IniSection> parse() {
        if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
        while (!text_.empty()) {
            ++number_;
            const auto end = text_.find('\n');
            line(text_.substr(0, end));
            text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
            if (problems_.size() >= enough_) {
                problem("too many problems, the rest of the file was not read",
                        "is this a postern.conf?");
                break;
            }
        }
        return std::move(sections_);
    }

private:
    void problem(std::string what, std::string remedy, std::string option = {}) {
        problems_.push_back({.origin = {.file = path_, .line = number_},
                             .option = std::move(option),
                             .what = std::move(what),
                             .remedy = std::move(remedy)});
    }

    void line(std::string_view line) {
        if (line.size() > kMaxLineBytes) {
            problem("the line is longer than " + std::to_string(kMaxLineBytes) + " octets",
                    "put long lists into a file of their own");
            return;
        }
        if (line.find('\0') != std::string_view::npos) {
            problem("the line has a NUL octet", "write the file as plain text");
            return;
        }
        const std::string_view content = trim(line);
        if (content.empty() || is_comment(content)) return;
        if (content.front() == '[') {
            heading(content);
        } else {
            entry(content, is_wsp(line.front()));
        }
    }

    void heading(std::string_view content) {
        const auto close = content.find(']');
        const std::string_view name = close == std::string_view::npos
                                          ? std::string_view()
                                          : trim(content.substr(1, close - 1));
        if (name.empty() || !is_nothing(content.substr(close + 1))) {
            problem(in_quotes(content) + " is no section heading",
                    "write [name] on a line of its own");
            // What follows belongs to no section we know; it must not land in the one before.
            sections_.push_back({.name = {}, .line = number_, .entries = {}});
            return;
        }
        sections_.push_back({.name = std::string(name), .line = number_, .entries = {}});
    }

    void entry(std::string_view content, bool indented) {
        const auto halves = cut(content, '=');
        if (!halves) {
            problem(in_quotes(content) + " is no setting",
                    indented ? "write name = value; a value cannot go on in the next line, write "
                               "it in one line or the option again"
                             : "write name = value");
            return;
        }
        const std::string_view name = trim(halves->before);
        if (name.empty()) {
            problem("no name stands before the =", "write name = value");
            return;
        }
        auto value = read_value(halves->after, name);
        if (!value) return;
        if (sections_.empty()) sections_.emplace_back();
        sections_.back().entries.push_back(
            {.name = std::string(name), .value = std::move(*value), .line = number_});
    }

    std::optional<std::string> read_value(std::string_view text, std::string_view name) {
        const std::string_view bare = trim(text);
        if (bare.empty() || bare.front() != '"') return std::string(trim(without_comment(text)));
        std::string value;
        std::size_t i = 1;
        for (; i < bare.size() && bare[i] != '"'; ++i) {
            const bool escape = bare[i] == '\\' && i + 1 < bare.size() &&
                                (bare[i + 1] == '"' || bare[i + 1] == '\\');
            if (escape) ++i;
            value += bare[i];
        }
        if (i >= bare.size()) {
            problem("the quote is not closed", "end the value with \"", option_name(name));
            return std::nullopt;
        }
        if (!is_nothing(bare.substr(i + 1))) {
            problem("text follows the closing quote",
                    "put the whole value in quotes, and write a quote inside as \\\"",
                    option_name(name));
            return std::nullopt;
        }
        return value;
    }

    [[nodiscard]] std::string option_name(std::string_view name) const {
        const std::string section = sections_.empty() ? std::string() : sections_.back().name;
        return "[" + escape_for_log(section, 80) + "] " + escape_for_log(name, 80);
    }

    std::string_view text_;
    const std::string& path_;
    Problems& problems_;
    std::size_t enough_;
    int number_ = 0;
    std::vector<IniSection> sections_;
};

} // namespace

std::vector<IniSection> parse_ini(std::string_view text, const std::string& path,
                                  Problems& problems) {
    return IniParser(text, path, problems).parse();
}

} // namespace postern::config
