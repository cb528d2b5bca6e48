// The header block of one message: one buffer, offsets into it, fields in the order they came.
//
// A field is kept as on the wire: name, colon, value with its folds as CRLF, closing CRLF. The
// value begins right after the colon, so the leading space (or its absence) is part of it; DKIM's
// "simple" needs that (RFC 6376 3.4.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::message {

/// One field; views into the HeaderBlock that gave it, good until the block changes or dies.
struct FieldView {
    std::string_view name; ///< without the colon, case as received
    std::string_view
        value; ///< everything after the colon, folds as CRLF + WSP, without the closing CRLF
    std::string_view whole; ///< name ":" value, without the closing CRLF
};

class HeaderBlock {
public:
    /// Adds a field at the end. `value` as it came: LF folds become CRLF once, here; CRLF stays. A
    /// bare CR stays an octet. The octets kept: size(). Limits are the caller's: see octets().
    void add(std::string_view name, std::string_view value);

    /// Forgets the fields and keeps the memory, for the next message of a connection.
    void clear() noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
    [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
    [[nodiscard]] FieldView operator[](std::size_t index) const noexcept;
    /// Octets of all fields, each with its closing CRLF.
    [[nodiscard]] std::size_t octets() const noexcept { return buffer_.size(); }

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
    std::string buffer_;
    std::vector<Field> fields_;
};

} // namespace postern::message
