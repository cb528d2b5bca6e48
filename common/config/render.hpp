// What the option tables look like to a person: `--help`, `--defaults`, the commented sample file,
// and the items postern.conf(5) must have.
#pragma once

#include "common/config/command_line.hpp"
#include "common/config/option.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

/// `--help`: at most 80 columns.
std::string render_help(const Program& program);

/// `--defaults`: `[section]` and `name = value` for every option; reads back as the same settings.
std::string render_defaults(std::span<const Section> sections);

/// A postern.conf in which every option stands commented out with its help, wrapped at 78 columns.
/// An option without default shows its example.
std::string render_sample(std::span<const Section> sections);

/// What a manual must say of an option: "key-table", and its default as written ("" without one).
struct ManualItem {
    std::string name, default_value;
    friend bool operator==(const ManualItem&, const ManualItem&) = default;
};
std::vector<ManualItem> manual_items(const Section& section);

/// "yes|no", "NUMBER", "off | log | reject" ...: the kind of value, for --help.
std::string value_syntax(const Option& option);

/// A value as it must be written to read back as itself: in quotes where it has to be.
std::string written(std::string_view value);

/// Words of `text` in lines of at most `columns`, each begun with `prefix` (and `hanging` from the
/// second on) and ended.
std::string wrapped(std::string_view text, std::string_view prefix, std::size_t columns,
                    std::string_view hanging = {});

} // namespace postern::config
