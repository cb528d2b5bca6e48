// The lexical half of a master file (RFC 1035 5.1): lines joined by parentheses, tokens, comments.
//
//     MasterFile lines(text);
//     while (auto line = lines.next()) // an Error names the line
//         if (!*line) break; else use(**line);
#pragma once

#include "common/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::dns {

struct MasterToken {
    std::string_view text; ///< escapes as written, without the quotes; a view into the file
    bool quoted = false;
};

struct MasterLine {
    std::vector<MasterToken> tokens; ///< at least one
    bool owner_left_out = false;     ///< begins with white space: the owner of the line before
    int number = 0;                  ///< of the line it begins on, from 1
};

class MasterFile {
public:
    explicit MasterFile(std::string_view text) : text_(text) {}
    /// The next line with something in it; nothing inside at the end. Errors: a quote or a
    /// parenthesis that does not end, one that does not begin.
    Result<std::optional<MasterLine>> next();
    /// Of the line reached.
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    Result<MasterToken> token();

    std::string_view text_;
    std::size_t at_ = 0;
    int number_ = 1;
};

/// The octets of a token: "\X" and "\DDD" undone. The error names the escape.
Result<std::string> unescape_token(std::string_view text);
/// Seconds, or numbers with units: "3600", "1h30m", "1W". Nothing for other text and for more than
/// RFC 2181 8 allows.
std::optional<std::chrono::seconds> parse_ttl(std::string_view text) noexcept;

} // namespace postern::dns
