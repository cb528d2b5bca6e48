// postern.conf as text values with their origin: read, checked against the option tables, all
// problems at once.
//
//     Problems problems;
//     const Settings settings = Settings::load(path, sections, overrides, problems);
//     Reader sign(settings, "sign", problems); // typed access, collects problems
//     config.timestamp = sign.flag("timestamp");
//     config.guard = sign.choice<Guard>("require-login-match", {{"off", Guard::Off},
//                                                               {"log", Guard::Log}});
//     in_file_order(problems);
//     if (!problems.empty()) return problems;
#pragma once

#include "common/base/result.hpp"
#include "common/config/option.hpp"
#include "common/config/problem.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

/// Sections some program of the suite knows; each program passes over those of the others.
inline constexpr std::array<std::string_view, 7> kSuiteSections{"log", "dns",     "sign", "verify",
                                                                "srs", "policyd", "dnsbl"};

/// A larger file is no configuration.
inline constexpr std::size_t kMaxSettingsBytes = std::size_t{16} << 20;

/// One value as written, or the option's default.
struct Value {
    std::string text;
    Origin origin;
};

/// A value given on the command line: -o sign.timestamp=no
struct Override {
    std::string section, option, value;
    friend bool operator==(const Override&, const Override&) = default;
};

class Settings {
public:
    /// Reads a file of INI sections (grammar: ini.hpp). Sections of `sections` are checked option
    /// by option; other sections known to the suite (kSuiteSections) are passed over; unknown ones
    /// are problems, like unknown options ("did you mean"), doubled options that may stand once,
    /// and lines that are no `name = value`. Overrides replace what the file says; of an option
    /// that may stand once the last override counts.
    static Result<Settings, Problems> read(const std::string& path,
                                           std::span<const Section> sections,
                                           std::span<const Override> overrides = {});
    /// The same from text; `path` is for messages only.
    static Result<Settings, Problems> parse(std::string_view text, const std::string& path,
                                            std::span<const Section> sections,
                                            std::span<const Override> overrides = {});

    /// As read() and parse(), but adds to `problems` and gives what could be read, so that typed
    /// reading can go on and a person sees every problem in one run.
    static Settings load(const std::string& path, std::span<const Section> sections,
                         std::span<const Override> overrides, Problems& problems);
    static Settings load_text(std::string_view text, const std::string& path,
                              std::span<const Section> sections,
                              std::span<const Override> overrides, Problems& problems);

    /// Every non-empty value given for an option that may stand many times; its default (if any)
    /// when none was given. A single empty value thus clears the default.
    [[nodiscard]] std::vector<Value> values(std::string_view section,
                                            std::string_view option) const;
    /// The value of an option that may stand once.
    [[nodiscard]] Value value(std::string_view section, std::string_view option) const;
    /// Was it written, in the file or on the command line?
    [[nodiscard]] bool given(std::string_view section, std::string_view option) const;
    /// Its row in the tables; BugError when there is none.
    [[nodiscard]] const Option& option(std::string_view section, std::string_view option) const;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::span<const Section> sections() const noexcept { return sections_; }

private:
    [[nodiscard]] const std::vector<Value>* find(std::string_view section,
                                                 std::string_view option) const;

    std::string path_;
    std::vector<Section> sections_;
    std::map<std::string, std::map<std::string, std::vector<Value>, std::less<>>, std::less<>>
        given_;
};

} // namespace postern::config
