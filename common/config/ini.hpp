// The grammar of postern.conf, line by line with line numbers (Boost's INI reader has none, and
// cuts values at every `#`).
//
//     # a comment; also lines that begin with ;
//     [sign]
//     name = value            # white space and # end a value
//     name = a#b              a # inside a word is text
//     name = " a # b "        quotes protect blanks and hashes; \" and \\ inside stand for " and \.
//     name =                  the empty value
//
// A value ends with its line. CRLF line ends and a UTF-8 byte order mark are accepted.
#pragma once

#include "common/config/problem.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

inline constexpr std::size_t kMaxLineBytes = std::size_t{64} << 10;

struct IniEntry {
    std::string name, value;
    int line = 0;
};
/// One [section] heading with what stands below it; the same name may come again. Entries before
/// the first heading stand in a section without name, line 0.
struct IniSection {
    std::string name;
    int line = 0;
    std::vector<IniEntry> entries;
};

/// Lines that are wrong become problems and are left out; reading stops after kMaxProblems.
std::vector<IniSection> parse_ini(std::string_view text, const std::string& path,
                                  Problems& problems);

} // namespace postern::config
