#include "common/config/render.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace postern::config {
namespace {

/// Up to the first full stop that ends a sentence.
std::string_view first_sentence(std::string_view text) {
    const auto end = text.find(". ");
    return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

/// "off|log|reject" with other separators, so that lines can be wrapped.
std::string listed(std::string_view choices, std::string_view between, std::string_view last) {
    std::string list;
    const auto names = split(choices, '|');
    for (std::size_t i = 0; i < names.size(); ++i)
        (list += i == 0 ? "" : i + 1 == names.size() ? last : between) += names[i];
    return list;
}

std::string setting(std::string_view name, std::string_view value) {
    std::string line(name);
    line += " =";
    if (!value.empty()) (line += ' ') += written(value);
    return line += '\n';
}

} // namespace

std::string wrapped(std::string_view text, std::string_view prefix, std::size_t columns,
                    std::string_view hanging) {
    std::string lines;
    std::string line(prefix);
    bool empty = true;
    for (std::string_view rest = trim(text); !rest.empty();) {
        const auto blank = rest.find(' ');
        const std::string_view word = rest.substr(0, blank);
        rest = blank == std::string_view::npos ? std::string_view() : trim(rest.substr(blank));
        if (!empty && line.size() + 1 + word.size() > columns) {
            (lines += line) += '\n';
            (line = prefix) += hanging;
            empty = true;
        }
        if (!empty) line += ' ';
        line += word;
        empty = false;
    }
    if (!empty) (lines += line) += '\n';
    return lines;
}

std::string written(std::string_view value) {
    const bool comment = value.find(" #") != std::string_view::npos ||
                         value.find("\t#") != std::string_view::npos || value.starts_with('#');
    const bool quotes = value != trim(value) || value.starts_with('"') || comment;
    if (!quotes) return std::string(value);
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text += '"';
}

std::string value_syntax(const Option& option) {
    switch (option.kind) {
    case Kind::Text:
        return "TEXT";
    case Kind::Flag:
        return "yes|no";
    case Kind::Number:
        return "NUMBER";
    case Kind::Duration:
        return "TIME";
    case Kind::Size:
        return "SIZE";
    case Kind::Choice:
        return listed(option.choices, " | ", " | ");
    case Kind::List:
        return "LIST";
    case Kind::Path:
        return "PATH";
    case Kind::Mode:
        return "OCTAL";
    }
    return {};
}

std::string render_help(const Program& program) {
    constexpr std::size_t kColumns = 80;
    const std::string name(program.name);
    std::string help = "Usage: " + name + " [-c FILE] [-n] [-d] [-o SECTION.OPTION=VALUE]...\n" +
                       "       " + name + " --defaults | --sample | --help | --version\n\n" +
                       wrapped(program.purpose, "", kColumns) + "\n";
    struct Switch {
        std::string_view text, help;
    };
    const std::string config = "read FILE instead of " + std::string(kDefaultPath);
    for (const Switch& row :
         {Switch{"-c FILE", config}, Switch{"-n", "check the configuration and exit"},
          Switch{"-d", "stay in front, log to standard error at level debug"},
          Switch{"-o SECTION.OPTION=VALUE", "set an option over what the file says"},
          Switch{"--defaults", "print every option with its default, and exit"},
          Switch{"--sample", "print a commented configuration file, and exit"},
          Switch{"--help", "print this, and exit"},
          Switch{"--version", "print name and version, and exit"}}) {
        std::string line = "  " + std::string(row.text);
        line.resize(std::max<std::size_t>(line.size() + 2, 28), ' ');
        ((help += line) += row.help) += '\n';
    }
    help += "\nOptions of the configuration file; every one can be given with -o.\n";
    for (const Section& section : program.sections) {
        help += "\n[" + std::string(section.name) + "]\n";
        for (const Option& option : section.options) {
            std::string line = std::string(option.name) + " = " + value_syntax(option);
            if (!option.default_value.empty())
                line += " (" + std::string(option.default_value) + ")";
            if (option.times == Times::Many) line += " ...";
            help += wrapped(line, "  ", kColumns, "    ");
            help += wrapped(first_sentence(option.help), "      ", kColumns);
        }
    }
    help += "\nSee " + name + "(8) and postern.conf(5).\n";
    return help;
}

std::string render_defaults(std::span<const Section> sections) {
    std::string text;
    for (const Section& section : sections) {
        if (!text.empty()) text += '\n';
        text += "[" + std::string(section.name) + "]\n";
        for (const Option& option : section.options)
            text += setting(option.name, option.default_value);
    }
    return text;
}

std::string render_sample(std::span<const Section> sections) {
    constexpr std::size_t kColumns = 78;
    std::string text = wrapped("postern.conf: the configuration of the Postern suite. Every option "
                               "stands here with its default, or with an example where it has "
                               "none; take away the # to set it. postern.conf(5) says more.",
                               "# ", kColumns);
    for (const Section& section : sections) {
        text += "\n\n[" + std::string(section.name) + "]\n";
        text += wrapped(section.help, "# ", kColumns);
        for (const Option& option : section.options) {
            text += '\n';
            text += wrapped(option.help, "# ", kColumns);
            std::string more;
            if (option.kind == Kind::Choice)
                more = "One of " + listed(option.choices, ", ", " or ") + ".";
            if (option.times == Times::Many) more += " May be given several times.";
            if (option.reload == Reload::Restart) more += " A change needs a restart.";
            if (option.default_value.empty() && !option.example.empty())
                more += " Not set by default; for example:";
            text += wrapped(more, "# ", kColumns);
            text += '#' + setting(option.name, option.default_value.empty() ? option.example
                                                                            : option.default_value);
        }
    }
    return text;
}

std::vector<ManualItem> manual_items(const Section& section) {
    std::vector<ManualItem> items;
    for (const Option& option : section.options)
        items.push_back(
            {.name = std::string(option.name), .default_value = std::string(option.default_value)});
    return items;
}

} // namespace postern::config
