#include "tools/postern/command.hpp"

#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "tools/postern/arguments.hpp"

#include <algorithm>
#include <exception>
#include <ostream>
#include <vector>

#ifndef POSTERN_VERSION
#error "POSTERN_VERSION comes from the build"
#endif

namespace postern::tool {
namespace {

std::string overview(std::span<const Command> commands, std::string_view prefix) {
    std::size_t width = 0;
    for (const Command& command : commands)
        width = std::max(width, command.name.size());
    std::string text;
    for (const Command& command : commands) {
        if (!command.name.starts_with(prefix)) continue;
        std::string left = "  " + std::string(command.name);
        left.resize(width + 4, ' ');
        std::string right = wrap(command.summary, left.size());
        right.replace(0, left.size(), left);
        text += right;
    }
    return text;
}

void print_help(std::span<const Command> commands, Streams io) {
    io.out << "Usage: postern COMMAND [OPTION ...] [ARGUMENT ...]\n\n"
              "DKIM, SPF, SRS and DNS blocklists beside an unmodified Postfix.\n\nCommands:\n"
           << overview(commands, "")
           << "\n\"postern help COMMAND\" tells more of one command. See also postern(1).\n";
}

/// The command with the longest name that the words begin with; sets `used` to its words.
const Command* find(std::span<const Command> commands, std::span<const char* const> words,
                    std::size_t& used) {
    for (std::size_t count = std::min<std::size_t>(2, words.size()); count > 0; --count) {
        std::string name = words[0];
        if (count == 2) name.append(" ").append(words[1]);
        const auto found =
            std::find_if(commands.begin(), commands.end(),
                         [&](const Command& command) { return command.name == name; });
        if (found != commands.end()) {
            used = count;
            return &*found;
        }
    }
    return nullptr;
}

int unknown(std::span<const Command> commands, std::span<const char* const> words, Streams io) {
    const std::string first = words[0];
    const std::string group = overview(commands, first + " ");
    if (!group.empty()) {
        io.err << "postern " << escape_for_log(first) << ": which of these?\n" << group;
        return exit_code::kUsage;
    }
    std::vector<std::string_view> names{"help"};
    for (const Command& command : commands)
        names.push_back(command.name);
    std::string_view near = nearest(first, names);
    if (near.empty() && words.size() > 1) near = nearest(first + " " + words[1], names);
    io.err << "postern: unknown command \"" << escape_for_log(first) << "\"";
    if (!near.empty()) io.err << "; did you mean \"" << near << "\"?";
    io.err << "\nRun \"postern --help\" for the list.\n";
    return exit_code::kUsage;
}

int run(std::span<const char* const> words, std::span<const Command> commands, Streams io) {
    if (words.empty()) {
        print_help(commands, {io.err, io.err});
        return exit_code::kUsage;
    }
    const std::string_view first = words[0];
    if (first == "--version") {
        io.out << "postern " POSTERN_VERSION "\n";
        return exit_code::kOk;
    }
    const bool help = first == "help";
    if (first == "--help" || first == "-h" || (help && words.size() == 1)) {
        print_help(commands, io);
        return exit_code::kOk;
    }
    if (help) words = words.subspan(1);
    std::size_t used = 0;
    const Command* command = find(commands, words, used);
    if (command == nullptr) return unknown(commands, words, io);
    if (help) {
        io.out << render_help(*command->usage);
        return exit_code::kOk;
    }
    const Result<Arguments> arguments = Arguments::parse(*command->usage, words.subspan(used));
    if (!arguments) return usage_error(command->name, arguments.error(), io);
    if (arguments->wants_help()) {
        io.out << render_help(*command->usage);
        return exit_code::kOk;
    }
    return command->run(*arguments, io);
}

} // namespace

int dispatch(std::span<const char* const> arguments, std::span<const Command> commands,
             Streams io) noexcept {
    try {
        const int code = run(arguments, commands, io);
        io.out.flush();
        if (!io.out) {
            io.err << "postern: cannot write to standard output\n";
            return exit_code::kCantCreate;
        }
        return code;
    } catch (const std::exception& error) {
        try {
            io.err << "postern: " << error.what() << "\n";
        } catch (...) { // nothing is left to say it with
        }
    } catch (...) {
    }
    return exit_code::kInternal;
}

int usage_error(std::string_view command, const Error& error, Streams io) {
    io.err << "postern " << command << ": " << error.message << "\nRun \"postern " << command
           << " --help\" for its options.\n";
    return exit_code::kUsage;
}

int failure(std::string_view command, const Error& error, int code, Streams io) {
    io.err << "postern " << command << ": " << error.message << "\n";
    return code;
}

} // namespace postern::tool
