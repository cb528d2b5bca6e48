// postern.conf as text values with their origin: read, checked against the option tables, all
// problems at once.
//
//     auto settings = Settings::read(path, sections, overrides);          // Problems if not
//     Reader sign(*settings, "sign", problems);                           // typed access, collects
//     problems config.timestamp = sign.flag("timestamp"); config.mode =
//     sign.choice<Guard>("require-login-match", {{"off", Guard::Off}, {"log", Guard::Log}}); if
//     (!problems.empty()) return problems;
#pragma once

#include "common/base/result.hpp"
#include "common/config/option.hpp"
#include "common/config/problem.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

/// One value as written, or the option's default.
struct Value {
    std::string text;
    Origin origin;
};

/// A value given on the command line: -o sign.timestamp=no
struct Override {
    std::string section, option, value;
};

class Settings {
public:
    /// Reads a file of INI sections. Sections of `sections` are checked option by option; other
    /// sections known to the suite (kSuiteSections) are passed over; unknown ones are problems,
    /// like unknown options ("did you mean"), doubled options that may stand once, and lines that
    /// are no `name = value`.
    static Result<Settings, Problems> read(const std::string& path,
                                           std::span<const Section> sections,
                                           std::span<const Override> overrides = {});
    /// The same from text; `path` is for messages only.
    static Result<Settings, Problems> parse(std::string_view text, const std::string& path,
                                            std::span<const Section> sections,
                                            std::span<const Override> overrides = {});

    /// Every value given for an option that may stand many times; its default (if any) when none
    /// was given.
    [[nodiscard]] std::vector<Value> values(std::string_view section,
                                            std::string_view option) const;
    /// The value of an option that may stand once.
    [[nodiscard]] Value value(std::string_view section, std::string_view option) const;
    /// Was it written, in the file or on the command line?
    [[nodiscard]] bool given(std::string_view section, std::string_view option) const;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::span<const Section> sections() const noexcept { return sections_; }

private:
    std::string path_;
    std::vector<Section> sections_;
    std::map<std::string, std::map<std::string, std::vector<Value>, std::less<>>, std::less<>>
        given_;
};

} // namespace postern::config
