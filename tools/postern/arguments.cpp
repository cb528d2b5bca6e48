#include "tools/postern/arguments.hpp"

#include "common/base/invariant.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <utility>

namespace postern::tool {
namespace {

namespace po = boost::program_options;

constexpr const char* kPositional = "positional arguments"; // no option can have this name

std::string boost_name(const ArgumentOption& option) {
    std::string name(option.name);
    if (option.letter != 0) name.append(",").push_back(option.letter);
    return name;
}

/// The candidate for "did you mean", as one would write it.
std::string suggestion(std::string_view written, const Usage& usage) {
    std::vector<std::string_view> names{kHelpOption};
    for (const ArgumentOption& option : usage.options)
        names.push_back(option.name);
    while (!written.empty() && written.front() == '-')
        written.remove_prefix(1);
    written = written.substr(0, written.find('='));
    const std::string_view near = nearest(written, names);
    return near.empty() ? std::string() : "; did you mean --" + std::string(near) + "?";
}

std::string dashed(std::string name) {
    return name.starts_with('-') ? name : "--" + std::move(name);
}

po::options_description described(const Usage& usage) {
    po::options_description options;
    options.add_options()("help,h", "");
    for (const ArgumentOption& option : usage.options) {
        if (option.value.empty())
            options.add_options()(boost_name(option).c_str(), "");
        else
            options.add_options()(boost_name(option).c_str(),
                                  po::value<std::vector<std::string>>()->composing(), "");
    }
    options.add_options()(kPositional, po::value<std::vector<std::string>>()->composing(), "");
    return options;
}

/// "--from=" as "--from" and an empty word: Boost takes the one for a mistake, the other for a
/// value.
std::vector<std::string> with_empty_values(std::span<const char* const> words) {
    std::vector<std::string> split;
    bool only_arguments = false; // behind "--"
    for (std::string_view word : words) {
        only_arguments = only_arguments || word == "--";
        const bool empty_value =
            !only_arguments && word.starts_with("--") && word.find('=') == word.size() - 1;
        if (empty_value) word.remove_suffix(1);
        split.emplace_back(word);
        if (empty_value) split.emplace_back();
    }
    return split;
}

bool asks_help(std::span<const char* const> words) {
    for (const std::string_view word : words) {
        if (word == "--") return false;
        if (word == "--help" || word == "-h") return true;
    }
    return false;
}

} // namespace

Result<Arguments> Arguments::parse(const Usage& usage, std::span<const char* const> words) {
    Arguments result;
    for (const ArgumentOption& option : usage.options) {
        auto& values = result.values_[std::string(option.name)];
        if (!option.default_value.empty()) values.emplace_back(option.default_value);
    }
    if (asks_help(words)) {
        result.wants_help_ = true;
        return result;
    }

    po::variables_map found;
    try {
        const po::options_description options = described(usage);
        po::positional_options_description positional;
        positional.add(kPositional, -1);
        po::command_line_parser parser(with_empty_values(words));
        // No guessing: an abbreviation that works today is ambiguous tomorrow.
        parser.options(options)
            .positional(positional)
            .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing);
        po::store(parser.run(), found);
    } catch (const po::unknown_option& error) {
        const std::string name = error.get_option_name();
        return fail("unknown option " + dashed(name) + suggestion(name, usage));
    } catch (const po::invalid_command_line_syntax& error) {
        const std::string name = dashed(error.get_option_name());
        return fail(error.kind() == po::invalid_command_line_syntax::extra_parameter
                        ? "option " + name + " takes no value"
                        : "option " + name + " needs a value");
    } catch (const po::error& error) {
        return fail(error.what());
    }

    for (const ArgumentOption& option : usage.options) {
        const std::string name(option.name);
        if (found.count(name) == 0) continue;
        result.given_[name] = true;
        if (option.value.empty()) continue;
        auto values = found[name].as<std::vector<std::string>>();
        if (option.repeat == Repeat::Once && values.size() > 1)
            return fail("option --" + name + " stands more than once");
        result.values_[name] = std::move(values);
    }
    if (found.count(kPositional) > 0)
        result.positional_ = found[kPositional].as<std::vector<std::string>>();
    if (result.positional_.size() > usage.max_positional)
        return fail("unexpected argument \"" +
                    escape_for_log(result.positional_[usage.max_positional]) + "\"");
    if (result.positional_.size() < usage.min_positional)
        return fail(std::string(usage.positional) + " is missing");
    return result;
}

bool Arguments::given(std::string_view option) const { return given_.find(option) != given_.end(); }

const std::vector<std::string>& Arguments::find(std::string_view option) const {
    const auto found = values_.find(option);
    invariant(found != values_.end(), "a command asks for an option that is not in its table");
    return found->second;
}

std::string Arguments::text(std::string_view option) const {
    const auto& values = find(option);
    return values.empty() ? std::string() : values.back();
}

std::vector<std::string> Arguments::texts(std::string_view option) const { return find(option); }

std::string wrap(std::string_view text, std::size_t indent, std::size_t columns) {
    std::string result;
    const std::string margin(indent, ' ');
    std::size_t at = 0;
    while (at <= text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string line;
        for (const std::string_view word : split(text.substr(at, end - at), ' ')) {
            if (word.empty()) continue;
            if (!line.empty() && margin.size() + line.size() + 1 + word.size() > columns) {
                result.append(margin).append(line).append("\n");
                line.clear();
            }
            if (!line.empty()) line.push_back(' ');
            line.append(word);
        }
        result.append(line.empty() ? "" : margin).append(line).append("\n");
        at = end + 1;
    }
    return result;
}

std::string render_help(const Usage& usage) {
    constexpr std::size_t kColumn = 26;
    std::string text = "Usage: postern " + std::string(usage.command);
    text += " [OPTION ...]";
    if (!usage.positional.empty()) text.append(" ").append(usage.positional);
    text += "\n\n" + wrap(usage.purpose) + "\nOptions:\n";
    auto row = [&text](const std::string& left, std::string_view help) {
        std::string right = wrap(help, kColumn);
        if (left.size() + 2 <= kColumn)
            right.replace(0, left.size(), left);
        else
            text.append(left).append("\n");
        text += right;
    };
    for (const ArgumentOption& option : usage.options) {
        std::string left =
            option.letter != 0 ? std::string("  -") + option.letter + ", " : "      ";
        left.append("--").append(option.name);
        if (!option.value.empty()) left.append(" ").append(option.value);
        std::string help(option.help);
        if (option.repeat == Repeat::Many) help += " May be given several times.";
        if (!option.default_value.empty())
            help.append(" Default: ").append(option.default_value).append(".");
        row(left, help);
    }
    row("  -h, --help", "Print this text.");
    if (!usage.examples.empty()) text.append("\nExamples:\n").append(usage.examples).append("\n");
    if (!usage.exit_codes.empty())
        text.append("\nExit code:\n").append(usage.exit_codes).append("\n");
    return text;
}

} // namespace postern::tool
