#include "common/config/settings.hpp"

#include "common/base/file.hpp"
#include "common/base/invariant.hpp"
#include "common/config/ini.hpp"

#include <algorithm>
#include <utility>

namespace postern::config {
namespace {

const Section* find_section(std::span<const Section> sections, std::string_view name) {
    const auto found =
        std::find_if(sections.begin(), sections.end(),
                     [name](const Section& section) { return section.name == name; });
    return found == sections.end() ? nullptr : &*found;
}

const Option* find_option(const Section& section, std::string_view name) {
    const auto found = std::find_if(section.options.begin(), section.options.end(),
                                    [name](const Option& option) { return option.name == name; });
    return found == section.options.end() ? nullptr : &*found;
}

bool is_suite_section(std::string_view name) {
    return std::find(kSuiteSections.begin(), kSuiteSections.end(), name) != kSuiteSections.end();
}

std::string label(std::string_view section, std::string_view option) {
    return "[" + std::string(section.substr(0, 80)) + "] " + std::string(option.substr(0, 80));
}

/// Finds the row a written option means, or says what is wrong with it.
class Lookup {
public:
    Lookup(std::span<const Section> sections, Problems& problems)
        : sections_(sections), problems_(problems) {}

    /// False: not to be looked into; a problem unless the section is another program's.
    bool section(std::string_view name, const Origin& origin) {
        if (find_section(sections_, name) != nullptr) return true;
        if (is_suite_section(name)) return false;
        std::vector<std::string_view> names(kSuiteSections.begin(), kSuiteSections.end());
        for (const Section& section : sections_)
            names.push_back(section.name);
        std::string remedy = did_you_mean(name, names);
        if (remedy.empty()) {
            remedy = "sections are";
            for (const std::string_view known : kSuiteSections)
                ((remedy += " [") += known) += ']';
        }
        add(origin, {}, "there is no section " + in_quotes(name), std::move(remedy));
        return false;
    }

    const Option* option(std::string_view section, std::string_view name, const Origin& origin) {
        const Section& rows = *find_section(sections_, section);
        if (const Option* found = find_option(rows, name)) return found;
        std::vector<std::string_view> names;
        for (const Option& row : rows.options)
            names.push_back(row.name);
        std::string remedy;
        for (const Section& other : sections_)
            if (find_option(other, name) != nullptr)
                remedy = "it belongs to [" + std::string(other.name) + "]";
        if (remedy.empty()) remedy = did_you_mean(name, names);
        if (remedy.empty()) remedy = "--defaults lists every option";
        add(origin, "[" + std::string(section) + "]", "there is no option " + in_quotes(name),
            std::move(remedy));
        return nullptr;
    }

    void without_section(std::string_view name, const Origin& origin) {
        std::string remedy = "write [section] on a line above it";
        for (const Section& section : sections_)
            if (find_option(section, name) != nullptr)
                remedy = "write [" + std::string(section.name) + "] on a line above it";
        add(origin, {}, in_quotes(name) + " stands in no section", std::move(remedy));
    }

    void twice(std::string_view section, std::string_view name, const Origin& first,
               const Origin& second) {
        add(second, label(section, name),
            "given again, first at line " + std::to_string(first.line), "keep one of the two");
    }

    /// Problems beyond this many are not looked for.
    [[nodiscard]] bool enough() const { return problems_.size() >= 2 * kMaxProblems; }

private:
    void add(const Origin& origin, std::string option, std::string what, std::string remedy) {
        problems_.push_back({.origin = origin,
                             .option = std::move(option),
                             .what = std::move(what),
                             .remedy = std::move(remedy)});
    }

    std::span<const Section> sections_;
    Problems& problems_;
};

Result<Settings, Problems> settings_or(Settings settings, Problems problems) {
    if (problems.empty()) return settings;
    in_file_order(problems);
    return tl::unexpected<Problems>(std::move(problems));
}

} // namespace

Settings Settings::load_text(std::string_view text, const std::string& path,
                             std::span<const Section> sections, std::span<const Override> overrides,
                             Problems& problems) {
    Settings settings;
    settings.path_ = path;
    settings.sections_.assign(sections.begin(), sections.end());
    Lookup lookup(settings.sections_, problems);

    for (IniSection& section : parse_ini(text, path, problems)) {
        if (section.name.empty()) {
            // Below a broken heading (line > 0) there is nothing more to say than was said of it.
            for (const IniEntry& entry : section.entries)
                if (section.line == 0 && !lookup.enough())
                    lookup.without_section(entry.name, {.file = path, .line = entry.line});
            continue;
        }
        if (lookup.enough()) break;
        if (!lookup.section(section.name, {.file = path, .line = section.line})) continue;
        for (IniEntry& entry : section.entries) {
            if (lookup.enough()) break;
            const Origin origin{.file = path, .line = entry.line};
            const Option* row = lookup.option(section.name, entry.name, origin);
            if (row == nullptr) continue;
            auto& values = settings.given_[section.name][entry.name];
            if (row->times == Times::Once && !values.empty()) {
                lookup.twice(section.name, entry.name, values.front().origin, origin);
                continue;
            }
            values.push_back({.text = std::move(entry.value), .origin = origin});
        }
    }

    const Origin command_line{.file = std::string(kCommandLine), .line = 0};
    for (const Override& override : overrides) {
        if (!lookup.section(override.section, command_line)) continue;
        const Option* row = lookup.option(override.section, override.option, command_line);
        if (row == nullptr) continue;
        auto& values = settings.given_[override.section][override.option];
        const bool of_the_file = !values.empty() && values.front().origin != command_line;
        if (of_the_file || row->times == Times::Once) values.clear();
        values.push_back({.text = override.value, .origin = command_line});
    }
    return settings;
}

Settings Settings::load(const std::string& path, std::span<const Section> sections,
                        std::span<const Override> overrides, Problems& problems) {
    const auto file = read_file(path, kMaxSettingsBytes);
    if (file) return load_text(file->text, path, sections, overrides, problems);
    // read_file names the path, as the origin does.
    std::string what = file.error().message;
    if (what.starts_with(path + ": ")) what.erase(0, path.size() + 2);
    problems.push_back({.origin = {.file = path, .line = 0},
                        .option = {},
                        .what = std::move(what),
                        .remedy = "name a configuration file that can be read"});
    return load_text({}, path, sections, overrides, problems);
}

Result<Settings, Problems> Settings::read(const std::string& path,
                                          std::span<const Section> sections,
                                          std::span<const Override> overrides) {
    Problems problems;
    Settings settings = load(path, sections, overrides, problems);
    return settings_or(std::move(settings), std::move(problems));
}

Result<Settings, Problems> Settings::parse(std::string_view text, const std::string& path,
                                           std::span<const Section> sections,
                                           std::span<const Override> overrides) {
    Problems problems;
    Settings settings = load_text(text, path, sections, overrides, problems);
    return settings_or(std::move(settings), std::move(problems));
}

const std::vector<Value>* Settings::find(std::string_view section, std::string_view option) const {
    const auto options = given_.find(section);
    if (options == given_.end()) return nullptr;
    const auto values = options->second.find(option);
    return values == options->second.end() ? nullptr : &values->second;
}

const Option& Settings::option(std::string_view section, std::string_view option) const {
    const Section* rows = find_section(sections_, section);
    const Option* row = rows == nullptr ? nullptr : find_option(*rows, option);
    if (row == nullptr) throw BugError("no option " + label(section, option) + " in the tables");
    return *row;
}

std::vector<Value> Settings::values(std::string_view section, std::string_view option) const {
    const Option& row = this->option(section, option);
    std::vector<Value> values;
    if (const auto* written = find(section, option)) {
        for (const Value& value : *written)
            if (!value.text.empty()) values.push_back(value);
    } else if (!row.default_value.empty()) {
        values.push_back({.text = std::string(row.default_value), .origin = {}});
    }
    return values;
}

Value Settings::value(std::string_view section, std::string_view option) const {
    const Option& row = this->option(section, option);
    if (const auto* written = find(section, option)) return written->front();
    return {.text = std::string(row.default_value), .origin = {}};
}

bool Settings::given(std::string_view section, std::string_view option) const {
    return find(section, option) != nullptr;
}

} // namespace postern::config
