// What a check found: how bad, what, where, why it matters, and the line that mends it.
#pragma once

#include "common/config/problem.hpp"

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tool {

enum class Severity : std::uint8_t { Note, Warning, Error };
std::string_view to_string(Severity severity) noexcept;

struct Finding {
    Severity severity = Severity::Note;
    std::string id;       ///< "socket-chroot": stable, for scripts and tests
    config::Origin where; ///< file empty: nowhere in particular
    std::string what;     ///< one sentence without full stop
    std::string why;      ///< what happens because of it; may be empty
    std::string mend;     ///< the line to write or the command to run; may be empty
    friend bool operator==(const Finding&, const Finding&) = default;
};
using Findings = std::vector<Finding>;

/// What reading a configuration file said.
Finding finding_of(Severity severity, std::string id, const config::Problem& problem,
                   std::string why);

/// 0: nothing or notes only, 1: warnings, 2: errors.
int exit_code_of(std::span<const Finding> findings) noexcept;

/// Errors first, each kind in the order found.
void sort_by_severity(Findings& findings);

/// At most 80 columns, but for names and paths that are longer. `checked`: what was looked at, for
/// the closing line.
void print_findings(std::ostream& out, std::span<const Finding> findings,
                    std::span<const std::string> checked);
/// One object: {"findings": [...], "checked": [...], "errors": 0, "warnings": 0, "notes": 0}
void print_findings_json(std::ostream& out, std::span<const Finding> findings,
                         std::span<const std::string> checked);

} // namespace postern::tool
