#include "common/tables/table_spec.hpp"

#include "common/base/file.hpp"
#include "common/base/text.hpp"
#include "common/config/table_file.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace postern::tables {
namespace {

/// Types of OpenDKIM's data sets that no file holds.
constexpr std::array<std::string_view, 10> kServed{"bdb", "db",       "dsn", "ldap",   "ldaps",
                                                   "lua", "memcache", "mdb", "erlang", "socket"};

/// Lines of a refile that begin with white space and say something.
std::set<int> indented_lines(std::string_view text) {
    std::set<int> lines;
    int number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || !is_space(line.front())) continue;
        line = line.substr(0, line.find('#'));
        if (!trim(line).empty()) lines.insert(number);
    }
    return lines;
}

void parse_list(Table& table, std::shared_ptr<const std::string> text) {
    int number = 0;
    for (const std::string_view entry : split(*text, ',')) {
        ++number;
        if (entry.empty()) continue;
        TableRow row{.key = entry, .value = {}, .line = number};
        if (const auto halves = cut(entry, '=')) {
            row.key = trim(halves->before);
            row.value = trim(halves->after);
        }
        table.rows.push_back(row);
    }
    table.text = std::move(text);
}

} // namespace

Result<TableSpec> TableSpec::parse(std::string_view text) {
    text = trim(text);
    if (text.empty()) return fail("no table is named");
    const auto colon = text.find(':');
    const auto comma = text.find(',');
    // As OpenDKIM decides: a comma before the first colon makes a list.
    if (colon != std::string_view::npos && (comma == std::string_view::npos || colon < comma)) {
        const std::string_view type = text.substr(0, colon), rest = text.substr(colon + 1);
        if (iequals(type, "file")) return TableSpec{TableKind::File, std::string(rest)};
        if (iequals(type, "refile")) return TableSpec{TableKind::Refile, std::string(rest)};
        if (iequals(type, "csl")) return TableSpec{TableKind::Inline, std::string(rest)};
        const auto served = std::any_of(kServed.begin(), kServed.end(),
                                        [&](std::string_view one) { return iequals(type, one); });
        if (served)
            return fail("tables of type " + std::string(type) +
                        ": are not supported; export the rows to a file and name it file:/path");
    }
    const auto kind = text.front() == '/' ? TableKind::File : TableKind::Inline;
    return TableSpec{kind, std::string(text)};
}

Table Table::read(const TableSpec& spec, Report& report) {
    if (spec.kind == TableKind::Inline) return parse(spec.kind, spec.where, "list", report);
    auto content = read_file(spec.where, config::TableFile::kMaxBytes);
    if (!content) {
        report.problem({}, content.error().message, "name a table that exists and can be read");
        Table none;
        none.kind = spec.kind;
        none.name = spec.where;
        return none;
    }
    return parse(spec.kind, std::move(content->text), spec.where, report);
}

Table Table::parse(TableKind kind, std::string text, const std::string& name, Report& report) {
    Table table{.kind = kind, .name = name, .rows = {}, .text = {}};
    if (kind == TableKind::Inline) {
        parse_list(table, std::make_shared<const std::string>(std::move(text)));
        return table;
    }
    std::set<int> indented;
    if (kind == TableKind::Refile) indented = indented_lines(text);
    auto file = config::TableFile::parse(std::move(text), name, config::TableSyntax::OpenDkim);
    if (!file) {
        for (config::Problem& problem : file.error())
            report.problem(problem.origin, problem.what, problem.remedy);
        return table;
    }
    for (const int line : indented)
        report.warn(table.origin(line), "the line begins with white space and is passed over",
                    "begin it with the pattern");
    table.rows.reserve(file->entries().size());
    for (const config::TableEntry& entry : file->entries())
        if (!indented.contains(entry.line))
            table.rows.push_back({entry.key, entry.value, entry.line});
    table.text = std::make_shared<const config::TableFile>(*std::move(file));
    return table;
}

} // namespace postern::tables
