// The header block of one message: one buffer, offsets into it, fields in the order they came.
//
// A field is kept as on the wire: name, colon, value with its folds as CRLF, closing CRLF. The
// value begins right after the colon, so the leading space (or its absence) is part of it; DKIM's
// "simple" needs that (RFC 6376 3.4.1).
#pragma once

#include "common/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::message {

/// One field; views into the HeaderBlock that gave it, good until the block changes or dies.
struct FieldView {
    /// Without the colon, case as received; white space before the colon (obsolete syntax, RFC 5322
    /// 4.5) is not part of it, so that "From : x" is found as a From.
    std::string_view name;
    /// Everything after the colon, folds as CRLF + WSP, without the closing CRLF.
    std::string_view value;
    /// name ":" value as received, without the closing CRLF.
    std::string_view whole;
};

struct ParsedHeader;

class HeaderBlock {
public:
    /// Adds a field at the end. `value` as it came: LF folds become CRLF once, here; CRLF stays. A
    /// bare CR stays an octet. The octets kept: size(). Limits are the caller's: see octets().
    /// Blocks beyond 4 GiB are a BugError.
    void add(std::string_view name, std::string_view value);

    /// Splits the header of a whole message as files have it (line ends CRLF or LF, also mixed)
    /// until the first empty line or the end. The error names the line that is no field: no colon,
    /// no name, or a name with octets no name has (RFC 5322 3.6.8: printable ASCII but the colon).
    static Result<ParsedHeader> parse(std::string_view raw);

    /// Forgets the fields and keeps the memory, for the next message of a connection.
    void clear() noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
    [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
    [[nodiscard]] FieldView operator[](std::size_t index) const noexcept;
    /// Octets of all fields, each with its closing CRLF.
    [[nodiscard]] std::size_t octets() const noexcept { return buffer_.size(); }
    /// All fields as on the wire, each with its closing CRLF; good until the block changes or dies.
    [[nodiscard]] std::string_view text() const noexcept { return buffer_; }

    /// How many fields have this name (ASCII case-insensitive).
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
    /// Index of the first field of this name, or npos.
    [[nodiscard]] std::size_t find(std::string_view name) const noexcept;
    /// Index of the last field of this name before `before`, or npos: the order in which DKIM
    /// consumes h= (RFC 6376 5.4.2).
    [[nodiscard]] std::size_t find_last(std::string_view name, std::size_t before) const noexcept;

    static constexpr std::size_t npos = static_cast<std::size_t>(-1);

private:
    struct Field {
        std::uint32_t start, name_size, value_start, value_size;
    };
    [[nodiscard]] std::string_view name_of(const Field& field) const noexcept {
        return {buffer_.data() + field.start, field.name_size};
    }
    void append_with_crlf(std::string_view value);

    std::string buffer_;
    std::vector<Field> fields_;
};

/// What HeaderBlock::parse found.
struct ParsedHeader {
    HeaderBlock headers;
    /// Where the body starts in the text given, behind the empty line; its size if there is none.
    std::size_t body_start = 0;
};

} // namespace postern::message
