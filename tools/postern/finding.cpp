#include "tools/postern/finding.hpp"

#include "common/base/text.hpp"
#include "tools/postern/arguments.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>
#include <utility>

namespace postern::tool {
namespace {

std::size_t count(std::span<const Finding> findings, Severity severity) {
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(),
                      [severity](const Finding& finding) { return finding.severity == severity; }));
}

std::string amount(std::size_t number, std::string_view what) {
    return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

/// The text with a hanging label: "  why:  ..." and the lines below it as far in.
std::string labelled(std::string_view label, std::string_view text) {
    std::string lines = wrap(text, label.size());
    return lines.replace(0, label.size(), label);
}

} // namespace

std::string_view to_string(Severity severity) noexcept {
    switch (severity) {
    case Severity::Error:
        return "error";
    case Severity::Warning:
        return "warning";
    case Severity::Note:
        break;
    }
    return "note";
}

Finding finding_of(Severity severity, std::string id, const config::Problem& problem,
                   std::string why) {
    return {.severity = severity,
            .id = std::move(id),
            .where = problem.origin,
            .what = (problem.option.empty() ? "" : problem.option + ": ") + problem.what,
            .why = std::move(why),
            .mend = problem.remedy};
}

int exit_code_of(std::span<const Finding> findings) noexcept {
    Severity worst = Severity::Note;
    for (const Finding& finding : findings)
        worst = std::max(worst, finding.severity);
    return worst == Severity::Error ? 2 : worst == Severity::Warning ? 1 : 0;
}

void sort_by_severity(Findings& findings) {
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
}

void print_findings(std::ostream& out, std::span<const Finding> findings,
                    std::span<const std::string> checked) {
    for (const Finding& finding : findings) {
        std::string what(to_string(finding.severity));
        what += ": ";
        if (!finding.where.file.empty()) what += finding.where.text() + ": ";
        out << wrap(what + finding.what);
        if (!finding.why.empty()) out << labelled("    why:  ", finding.why);
        if (!finding.mend.empty()) {
            // To be copied: a line of configuration is never broken.
            std::string_view label = "    mend: ";
            for (const std::string_view line : split(finding.mend, '\n')) {
                out << label << line << "\n";
                label = "          ";
            }
        }
        out << "\n";
    }
    out << wrap("Checked: " + join(checked, ", ") + ".");
    if (findings.empty()) {
        out << "Nothing found.\n";
        return;
    }
    out << amount(count(findings, Severity::Error), "error") << ", "
        << amount(count(findings, Severity::Warning), "warning") << ", "
        << amount(count(findings, Severity::Note), "note") << ".\n";
}

void print_findings_json(std::ostream& out, std::span<const Finding> findings,
                         std::span<const std::string> checked) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Finding& finding : findings) {
        nlohmann::ordered_json entry{{"severity", to_string(finding.severity)},
                                     {"id", finding.id},
                                     {"what", finding.what},
                                     {"why", finding.why},
                                     {"mend", finding.mend}};
        if (!finding.where.file.empty()) {
            entry["file"] = finding.where.file;
            if (finding.where.line > 0) entry["line"] = finding.where.line;
        }
        list.push_back(std::move(entry));
    }
    const nlohmann::ordered_json whole{{"findings", std::move(list)},
                                       {"checked", std::vector(checked.begin(), checked.end())},
                                       {"errors", count(findings, Severity::Error)},
                                       {"warnings", count(findings, Severity::Warning)},
                                       {"notes", count(findings, Severity::Note)}};
    out << whole.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

} // namespace postern::tool
