// The options of one command, stated once: from the table come the parser and `--help`.
//
//     constexpr std::array kOptions{ArgumentOption{.name = "domain", .value = "DOMAIN", ...}};
//     constexpr Usage kUsage{.command = "keygen", .purpose = "...", .options = kOptions};
//     int run_keygen(const Arguments& arguments, Streams io) { ... arguments.text("domain") ... }
#pragma once

#include "common/base/result.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tool {

enum class Repeat : unsigned char { Once, Many };

struct ArgumentOption {
    std::string_view name;               ///< long name without dashes
    char letter = 0;                     ///< short name, or 0
    std::string_view value = {};         ///< what --help calls its value; empty: a switch
    std::string_view default_value = {}; ///< empty: none
    std::string_view help;               ///< whole sentences; wrapped by --help
    Repeat repeat = Repeat::Once;
};

struct Usage {
    std::string_view command; ///< "key show"
    std::string_view purpose; ///< whole sentences, paragraphs separated by \n
    std::span<const ArgumentOption> options;
    std::string_view positional = {}; ///< what --help calls arguments; empty: none are taken
    std::size_t min_positional = 0;
    std::size_t max_positional = 0;
    std::string_view examples = {};   ///< lines as they are to be printed, or empty
    std::string_view exit_codes = {}; ///< "0 ...\n64 ..." one a line, or empty
};

/// Every command has it without saying so.
inline constexpr std::string_view kHelpOption = "help";

class Arguments {
public:
    /// The error names what is wrong and, for an unknown option, the one that was perhaps meant.
    /// With --help anything else is left unchecked.
    static Result<Arguments> parse(const Usage& usage, std::span<const char* const> words);

    [[nodiscard]] bool wants_help() const noexcept { return wants_help_; }
    /// Was it written on the command line?
    [[nodiscard]] bool given(std::string_view option) const;
    /// The value, or the default, or empty. BugError when the table has no such option.
    [[nodiscard]] std::string text(std::string_view option) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view option) const;
    [[nodiscard]] const std::vector<std::string>& positional() const noexcept {
        return positional_;
    }

private:
    const std::vector<std::string>& find(std::string_view option) const;

    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    std::map<std::string, bool, std::less<>> given_;
    std::vector<std::string> positional_;
    bool wants_help_ = false;
};

/// `postern COMMAND --help`, at most 80 columns.
std::string render_help(const Usage& usage);

/// Words of `text` in lines of at most `columns`, every line begun with `indent` blanks and ended;
/// \n in `text` ends a paragraph. A word longer than the line stands alone.
std::string wrap(std::string_view text, std::size_t indent = 0, std::size_t columns = 80);

} // namespace postern::tool
