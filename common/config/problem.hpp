// What is wrong with a configuration: where, what, and what would be right. All of them in one run.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

/// Where a value came from: a line of a file, the command line, or a default (line 0).
struct Origin {
    std::string file; ///< empty: a default
    int line = 0;     ///< 0: the file as a whole, or no file
    /// "postern.conf:12", "command line", "default"
    [[nodiscard]] std::string text() const;
    friend bool operator==(const Origin&, const Origin&) = default;
};

/// The `file` of an Origin that is no file.
inline constexpr std::string_view kCommandLine = "command line";

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

/// Readers stop here: nobody reads more, and a binary file named by mistake must not fill a disk.
inline constexpr std::size_t kMaxProblems = 100;

/// As a person reads a file: files in the order they first appear, by line inside; then the command
/// line, then defaults. The same problem found twice is listed once.
void in_file_order(Problems& problems);

/// One line each, every line ended.
std::string to_text(std::span<const Problem> problems);

/// "text" for a message, control characters escaped and cut.
std::string in_quotes(std::string_view text);

/// `did you mean "x"?` for the candidate nearest to `word`, else empty.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

} // namespace postern::config
