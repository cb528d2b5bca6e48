// Tables in files of their own: OpenDKIM's KeyTable and SigningTable, host lists, and Postfix's
// lookup tables in source form. Only lines are taken apart here; what key and value mean is the
// caller's.
//
//     auto table = TableFile::read("/etc/opendkim/KeyTable", TableSyntax::OpenDkim);
//     for (const TableEntry& row : table->entries()) use(row.key, row.value, row.line);
#pragma once

#include "common/base/result.hpp"
#include "common/config/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

enum class TableSyntax : std::uint8_t {
    /// `key value`: `#` begins a comment anywhere, the first white space separates, the value is
    /// trimmed. Lines over 1023 octets, which OpenDKIM silently splits, are problems. A key alone
    /// has the empty value.
    OpenDkim,
    /// As postmap(1) reads it: `#` begins a comment only at the start of a line; a line that begins
    /// with white space continues the one before; a key may stand in double quotes; a key alone is
    /// a problem.
    Postfix,
};

/// Views into the text the TableFile owns.
struct TableEntry {
    std::string_view key, value;
    int line = 0; ///< where the row begins
};

class TableFile {
public:
    static constexpr std::size_t kMaxBytes = std::size_t{256} << 20;
    /// Of one row, continuation lines joined.
    static constexpr std::size_t kMaxRowBytes = std::size_t{64} << 10;
    static constexpr std::size_t kMaxOpenDkimLine = 1023;

    static Result<TableFile, Problems> read(const std::string& path, TableSyntax syntax,
                                            std::size_t limit = kMaxBytes);
    /// `path` is for messages only.
    static Result<TableFile, Problems> parse(std::string text, const std::string& path,
                                             TableSyntax syntax);

    [[nodiscard]] std::span<const TableEntry> entries() const noexcept { return entries_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Where a row stands, for problems and warnings.
    [[nodiscard]] Origin origin(const TableEntry& row) const {
        return {.file = path_, .line = row.line};
    }

private:
    std::string path_;
    std::shared_ptr<const std::string> text_; ///< shared by copies, so the views hold
    std::vector<TableEntry> entries_;
};

} // namespace postern::config
