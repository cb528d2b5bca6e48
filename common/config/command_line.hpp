// The command line every daemon of the suite shares:
//
//     -c FILE  -n  -d  -o section.option=value  --defaults  --sample  --help  --version
//
// Nothing here prints or exits: what is to be printed comes back as text.
#pragma once

#include "common/base/result.hpp"
#include "common/config/settings.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

inline constexpr std::string_view kDefaultPath = "/etc/postern/postern.conf";

/// What `--help` and `--version` say of a program.
struct Program {
    std::string_view name;    ///< "postern-sign"
    std::string_view purpose; ///< one sentence
    std::string_view version; ///< "0.1.0"
    std::span<const Section> sections;
};

struct CommandLine {
    std::string path{kDefaultPath};
    bool path_named = false; ///< -c was given: the file must be there
    bool check_only = false; ///< -n
    bool debug = false;      ///< -d: stay in front, log to stderr at level debug
    std::vector<Override> overrides;
    /// Not empty: print this on standard output and exit 0 (--help, --version, --defaults,
    /// --sample).
    std::string print;
};

/// `argv` with the program's name first. The error is one line for stderr; exit 64 (EX_USAGE).
Result<CommandLine> parse_command_line(std::span<const char* const> argv, const Program& program);

/// Reads the file the command line says. A missing default file is an empty one: every option has a
/// default.
Settings load_settings(const CommandLine& command_line, std::span<const Section> sections,
                       Problems& problems);

} // namespace postern::config
