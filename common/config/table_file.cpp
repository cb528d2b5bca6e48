#include "common/config/table_file.hpp"

#include "common/base/file.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace postern::config {
namespace {

/// isspace(3) of the C locale, as both readers we imitate use it.
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view strip(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

struct Parsed {
    std::vector<TableEntry> entries;
    Problems problems;
    const std::string& path;

    [[nodiscard]] bool enough() const { return problems.size() >= kMaxProblems; }
    void problem(int line, std::string what, std::string remedy) {
        problems.push_back({.origin = {.file = path, .line = line},
                            .option = {},
                            .what = std::move(what),
                            .remedy = std::move(remedy)});
    }
};

/// Takes lines off the front of a text and counts them.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}

    /// Without its line feed; nothing at the end.
    std::optional<std::string_view> next() {
        if (rest_.empty()) return std::nullopt;
        const auto end = rest_.find('\n');
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++number_;
        return line;
    }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    std::string_view rest_;
    int number_ = 0;
};

void parse_opendkim(std::string_view text, Parsed& into) {
    Lines lines(text);
    for (auto line = lines.next(); line && !into.enough(); line = lines.next()) {
        if (line->size() > TableFile::kMaxOpenDkimLine) {
            into.problem(lines.number(),
                         "the line has " + std::to_string(line->size()) +
                             " octets, and the limit "
                             "is " +
                             std::to_string(TableFile::kMaxOpenDkimLine),
                         "name a key file instead of an inline key, or shorten the comment");
            continue;
        }
        const std::string_view row = strip(line->substr(0, line->find('#')));
        if (row.empty()) continue;
        if (row.find('\0') != std::string_view::npos) {
            into.problem(lines.number(), "the line has a NUL octet", "write plain text");
            continue;
        }
        const auto gap = std::find_if(row.begin(), row.end(), is_blank);
        const auto key_size = static_cast<std::size_t>(gap - row.begin());
        into.entries.push_back({.key = row.substr(0, key_size),
                                .value = strip(row.substr(key_size)),
                                .line = lines.number()});
    }
}

/// The end of the key: the first white space outside quotes; nothing when a quote is not closed.
std::optional<std::size_t> postfix_key_end(std::string_view row) {
    bool quoted = false;
    std::size_t i = 0;
    for (; i < row.size(); ++i) {
        if (row[i] == '\\') {
            if (++i == row.size()) break;
        } else if (is_blank(row[i])) {
            if (!quoted) break;
        } else if (row[i] == '"') {
            quoted = !quoted;
        }
    }
    if (quoted) return std::nullopt;
    return i;
}

void finish_postfix_row(std::string_view row, int line, Parsed& into) {
    if (row.size() > TableFile::kMaxRowBytes) {
        into.problem(
            line, "the row is longer than " + std::to_string(TableFile::kMaxRowBytes) + " octets",
            "does a line below begin with white space by mistake?");
        return;
    }
    if (row.find('\0') != std::string_view::npos) {
        into.problem(line, "the row has a NUL octet", "write plain text, not the .db file");
        return;
    }
    const auto end = postfix_key_end(row);
    if (!end) {
        into.problem(line, "a quote in the key is not closed", "close it with \"");
        return;
    }
    const std::string_view value = strip(row.substr(*end));
    if (value.empty()) {
        into.problem(line, in_quotes(row.substr(0, *end)) + " has no value",
                     "write key, white space, value");
        return;
    }
    into.entries.push_back({.key = row.substr(0, *end), .value = value, .line = line});
}

/// Rows are joined where they stand: a row without its line feeds, comments and blank lines is
/// never longer than its lines were.
void parse_postfix(std::string& text, Parsed& into) {
    const std::string_view source = text; // read ahead of where it is written
    Lines lines(source);
    std::size_t written = 0;
    std::size_t row_begin = 0;
    int row_line = 0; // 0: no row has begun
    const auto finish = [&] {
        if (row_line == 0) return;
        finish_postfix_row(source.substr(row_begin, written - row_begin), row_line, into);
        row_line = 0;
    };
    for (auto line = lines.next(); line && !into.enough(); line = lines.next()) {
        const std::string_view content = strip(*line);
        if (content.empty() || content.front() == '#') continue;
        const bool continues = is_blank(line->front());
        if (continues && row_line == 0) {
            into.problem(lines.number(), "the first row begins with white space",
                         "begin it at the start of the line");
            continue;
        }
        if (!continues) {
            finish();
            row_begin = written;
            row_line = lines.number();
        }
        std::memmove(text.data() + written, line->data(), line->size());
        written += line->size();
    }
    finish();
}

} // namespace

Result<TableFile, Problems> TableFile::parse(std::string text, const std::string& path,
                                             TableSyntax syntax) {
    TableFile table;
    table.path_ = path;
    const auto owned = std::make_shared<std::string>(std::move(text));
    Parsed parsed{.entries = {}, .problems = {}, .path = table.path_};
    constexpr std::ptrdiff_t kMostRowsExpected = 1 << 20; // what is more may grow
    const auto lines = std::count(owned->begin(), owned->end(), '\n');
    parsed.entries.reserve(static_cast<std::size_t>(std::min(lines, kMostRowsExpected)) + 1);
    if (syntax == TableSyntax::OpenDkim) {
        parse_opendkim(*owned, parsed);
    } else {
        parse_postfix(*owned, parsed);
    }
    if (!parsed.problems.empty()) return tl::unexpected<Problems>(std::move(parsed.problems));
    table.entries_ = std::move(parsed.entries);
    table.text_ = owned;
    return table;
}

Result<TableFile, Problems> TableFile::read(const std::string& path, TableSyntax syntax,
                                            std::size_t limit) {
    auto file = read_file(path, limit);
    if (file) return parse(std::move(file->text), path, syntax);
    std::string what = file.error().message;
    if (what.starts_with(path + ": ")) what.erase(0, path.size() + 2);
    return tl::unexpected<Problems>(Problems{{.origin = {.file = path, .line = 0},
                                              .option = {},
                                              .what = std::move(what),
                                              .remedy = "name a table file that can be read"}});
}

} // namespace postern::config
