// What is wrong with a configuration: where, what, and what would be right. All of them in one run.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace postern::config {

/// Where a value came from: a line of a file, the command line, or a default (line 0).
struct Origin {
    std::string file;
    int line = 0;
    /// "postern.conf:12", "command line", "default"
    [[nodiscard]] std::string text() const;
    friend bool operator==(const Origin&, const Origin&) = default;
};

struct Problem {
    Origin origin;
    std::string option; ///< "[sign] key-table", may be empty
    std::string what;   ///< what is wrong
    std::string remedy; ///< what would be right, may be empty
    /// "postern.conf:12: [sign] key-table: /x: No such file or directory; name an existing file"
    [[nodiscard]] std::string text() const;
    friend bool operator==(const Problem&, const Problem&) = default;
};
using Problems = std::vector<Problem>;

} // namespace postern::config
