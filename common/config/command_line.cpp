#include "common/config/command_line.hpp"

#include "common/base/file.hpp"
#include "common/config/render.hpp"

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace postern::config {
namespace {

namespace po = boost::program_options;

Result<Override> parse_override(const std::string& text) {
    const auto equals = text.find('=');
    const auto dot = text.find('.');
    if (equals == std::string::npos || dot == std::string::npos || dot > equals || dot == 0 ||
        dot + 1 == equals)
        return fail("-o " + text + ": write -o section.option=value");
    return Override{.section = text.substr(0, dot),
                    .option = text.substr(dot + 1, equals - dot - 1),
                    .value = text.substr(equals + 1)};
}

/// What was given, in order; Boost tells by exceptions what cannot be read.
Result<std::vector<po::option>> parse_switches(const std::vector<std::string>& words) {
    po::options_description switches;
    switches.add_options()("config,c", po::value<std::string>())("check,n", "")("debug,d", "")(
        "option,o", po::value<std::string>())("defaults", "")("sample", "")("help,h",
                                                                            "")("version,V", "");
    namespace style = po::command_line_style;
    constexpr int kStyle = style::allow_short | style::short_allow_next |
                           style::short_allow_adjacent | style::allow_dash_for_short |
                           style::allow_sticky | style::allow_long | style::long_allow_next |
                           style::long_allow_adjacent;
    try {
        return po::command_line_parser(words).options(switches).style(kStyle).run().options;
    } catch (const po::error& error) {
        return fail(error.what());
    }
}

} // namespace

Result<CommandLine> parse_command_line(std::span<const char* const> argv, const Program& program) {
    std::vector<std::string> words;
    for (std::size_t i = 1; i < argv.size(); ++i)
        words.emplace_back(argv[i]);
    const std::string see = "; see " + std::string(program.name) + " --help";
    const auto given = parse_switches(words);
    if (!given) return fail(given.error().message + see);

    CommandLine command_line;
    for (const po::option& option : *given) {
        const std::string& name = option.string_key;
        const std::string value = option.value.empty() ? std::string() : option.value.front();
        if (option.position_key != -1 || name.empty())
            return fail(std::string("unexpected argument '").append(value).append("'").append(see));
        if (name == "config") {
            command_line.path = value;
            command_line.path_named = true;
        } else if (name == "check") {
            command_line.check_only = true;
        } else if (name == "debug") {
            command_line.debug = true;
        } else if (name == "option") {
            auto override = parse_override(value);
            if (!override) return fail(override.error().message + see);
            command_line.overrides.push_back(std::move(*override));
        } else if (name == "defaults") {
            command_line.print = render_defaults(program.sections);
        } else if (name == "sample") {
            command_line.print = render_sample(program.sections);
        } else if (name == "help") {
            command_line.print = render_help(program);
        } else if (name == "version") {
            command_line.print =
                std::string(program.name) + " " + std::string(program.version) + "\n";
        }
    }
    return command_line;
}

Settings load_settings(const CommandLine& command_line, std::span<const Section> sections,
                       Problems& problems) {
    if (!command_line.path_named) {
        const auto stamp = stat_file(command_line.path);
        if (!stamp && stamp.error().message == errno_text(ENOENT))
            return Settings::load_text({}, command_line.path, sections, command_line.overrides,
                                       problems);
    }
    return Settings::load(command_line.path, sections, command_line.overrides, problems);
}

} // namespace postern::config
