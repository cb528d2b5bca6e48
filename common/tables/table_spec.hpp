// How OpenDKIM's options name a table, and the rows of one: "file:/p", "/p", "refile:/p",
// "csl:a=b,c=d" and a bare comma list.
//
// A row is a key, white space, a value; '#' begins a comment anywhere. Lines over 1023 octets,
// which OpenDKIM cuts in two, are problems here. In a refile, OpenDKIM passes over a line that
// begins with white space; so do we, with a warning.
#pragma once

#include "common/base/result.hpp"
#include "common/tables/report.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tables {

enum class TableKind : std::uint8_t { File, Refile, Inline };

struct TableSpec {
    TableKind kind = TableKind::File;
    std::string where; ///< path, or the list itself

    /// Types that need a server or a library (dsn:, ldap:, lua:, db: ...) are errors that say so.
    static Result<TableSpec> parse(std::string_view text);
};

/// Views into the text the Table keeps.
struct TableRow {
    std::string_view key, value; ///< trimmed; value empty when there is none
    int line = 0;                ///< from 1; in a list the number of the entry
};

struct Table {
    TableKind kind = TableKind::File;
    std::string name; ///< for messages: the path, or "list"
    std::vector<TableRow> rows;
    std::shared_ptr<const void> text; ///< what the rows point into

    /// A file that cannot be read, and lines that cannot be, are problems; rows are then empty.
    static Table read(const TableSpec& spec, Report& report);
    /// The same from text; `name` for messages.
    static Table parse(TableKind kind, std::string text, const std::string& name, Report& report);

    [[nodiscard]] config::Origin origin(int line) const { return {name, line}; }
};

} // namespace postern::tables
