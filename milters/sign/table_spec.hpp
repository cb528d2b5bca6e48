// How OpenDKIM's options name a table, and the rows of one: "file:/p", "/p", "refile:/p",
// "csl:a=b,c=d" and a bare comma list.
//
// A row is a key, white space, a value; '#' begins a comment anywhere. Lines over 1023 octets,
// which OpenDKIM cuts in two, are problems here. In a refile a line that begins with white space
// has no key for OpenDKIM and is passed over; that is warned of.
#pragma once

#include "common/base/result.hpp"
#include "milters/sign/report.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::sign {

enum class TableKind : std::uint8_t { File, Refile, Inline };

struct TableSpec {
    TableKind kind = TableKind::File;
    std::string where; ///< path, or the list itself

    /// Types that need a server or a library (dsn:, ldap:, lua:, db: ...) are errors that say so.
    static Result<TableSpec> parse(std::string_view text);
};

/// Views into the text the rows were parsed from.
struct TableRow {
    std::string_view key, value; ///< trimmed; value empty when there is none
    int line = 0;                ///< from 1; for inline lists the number of the entry
};

struct TableText {
    TableKind kind = TableKind::File;
    std::string name; ///< for messages: the path, or "list"
    std::string text;

    /// Reads the file (at most kMaxTableBytes) or takes the list; the error names the path.
    static Result<TableText> read(const TableSpec& spec);
    [[nodiscard]] std::vector<TableRow> rows(Report& report) const;
    [[nodiscard]] config::Origin origin(int line) const { return {name, line}; }
};

constexpr std::size_t kMaxTableBytes = 256UL * 1024 * 1024;
constexpr std::size_t kMaxTableLine = 1023;

} // namespace postern::sign
