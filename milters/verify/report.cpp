#include "milters/verify/report.hpp"

#include "milters/verify/results.hpp"

namespace postern::verify {
namespace {

void add(std::string& all, std::string_view separator, std::string_view one) {
    if (!all.empty()) all += separator;
    all += one;
}

/// Of a broken signature d= may be anything.
std::string_view shown_domain(const dkim::Verdict& verdict) {
    return std::string_view(verdict.domain).substr(0, 80);
}

} // namespace

std::string_view action_word(Action action) noexcept {
    switch (action) {
    case Action::Note:
        return "verified";
    case Action::Tag:
        return "tagged";
    case Action::Quarantine:
        return "quarantined";
    case Action::TempFail:
        return "tempfail";
    case Action::Reject:
        return "rejected";
    }
    return "?";
}

void add_findings(LogLine& line, const Findings& findings, std::size_t signatures) {
    std::string dkim;
    for (const dkim::Verdict& verdict : most_telling(findings.dkim, signatures)) {
        add(dkim, ",", to_string(verdict.status));
        if (!verdict.domain.empty()) (dkim += ":") += shown_domain(verdict);
    }
    line.add("dkim", dkim.empty() ? "none" : dkim);
    if (findings.mail_from) line.add("spf", to_string(findings.mail_from->status));
    if (findings.helo) line.add("spf-helo", to_string(findings.helo->status));
    if (findings.iprev) line.add("iprev", to_string(findings.iprev->status));
}

std::string reasons(const Findings& findings, std::size_t signatures) {
    std::string all;
    for (const dkim::Verdict& verdict : most_telling(findings.dkim, signatures)) {
        if (verdict.reason.empty()) continue;
        std::string one = "dkim";
        if (!verdict.domain.empty()) (one += " ") += shown_domain(verdict);
        one += ": " + verdict.reason;
        if (!verdict.diagnosis.empty()) one += " (" + verdict.diagnosis + ")";
        add(all, "; ", one);
    }
    for (const auto* verdict : {&findings.mail_from, &findings.helo})
        if (*verdict && (*verdict)->status != spf::Status::None && !(*verdict)->problem.empty())
            add(all, "; ",
                "spf " + std::string(to_string((*verdict)->identity)) + ": " + (*verdict)->problem);
    return all;
}

} // namespace postern::verify
