// The frame of the command line program `postern`: a table of commands, each a file of its own.
//
//     postern COMMAND [OPTION ...] [ARGUMENT ...]
//     postern help COMMAND,  postern COMMAND --help
//
// A name may have two words ("key show"), so that commands about one subject stand together. A
// command gets what stands behind its name and gives an exit code of sysexits.h.
#pragma once

#include "common/base/result.hpp"

#include <iostream>
#include <span>
#include <string>
#include <string_view>

namespace postern::tool {

/// sysexits.h, as far as the commands use it, under names of our own.
namespace exit_code {
inline constexpr int kOk = 0;
inline constexpr int kUsage = 64;       ///< EX_USAGE: the command line
inline constexpr int kDataError = 65;   ///< EX_DATAERR: a file that is not what it should be
inline constexpr int kNoInput = 66;     ///< EX_NOINPUT: a file that cannot be read
inline constexpr int kInternal = 70;    ///< EX_SOFTWARE: a bug of ours
inline constexpr int kCantCreate = 73;  ///< EX_CANTCREAT: a file that cannot be written
inline constexpr int kConfigError = 78; ///< EX_CONFIG: postern.conf
} // namespace exit_code

/// Where a command writes, and reads what is named "-". Tests give string streams.
struct Streams {
    std::ostream& out;
    std::ostream& err;
    std::istream& in = std::cin;
};

class Arguments;
struct Usage;

struct Command {
    std::string_view name;    ///< "keygen", "key show"; the same as in `usage`
    std::string_view summary; ///< one line for `postern --help`
    const Usage* usage;       ///< options and help
    int (*run)(const Arguments& arguments, Streams io);
};

/// Finds the command, answers --help, --version and `help`, parses its options and runs it.
/// `arguments` without the program's own name. Never throws.
int dispatch(std::span<const char* const> arguments, std::span<const Command> commands,
             Streams io) noexcept;

/// "postern keygen: message" and where help is found; gives kUsage.
int usage_error(std::string_view command, const Error& error, Streams io);
/// "postern keygen: message"; gives `code`.
int failure(std::string_view command, const Error& error, int code, Streams io);

} // namespace postern::tool
