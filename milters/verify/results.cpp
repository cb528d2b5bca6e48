#include "milters/verify/results.hpp"

#include <algorithm>
#include <utility>

namespace postern::verify {
namespace {

/// A name in DNS has 253 octets, a path in SMTP 256 (RFC 5321 4.5.3.1).
constexpr std::size_t kMaxDomain = 253;
constexpr std::size_t kMaxAddress = 320;

void add(authres::MethodResult& result, std::string_view type, std::string_view name,
         std::string_view value, std::size_t limit = kMaxDomain) {
    if (value.empty() || value.size() > limit) return;
    result.properties.push_back(
        {.type = std::string(type), .name = std::string(name), .value = std::string(value)});
}

void add_words(std::string& comment, std::string_view words) {
    if (words.empty()) return;
    if (!comment.empty()) comment += "; ";
    comment += words;
}

authres::MethodResult dkim_result(const dkim::Verdict& verdict, std::string_view beginning) {
    authres::MethodResult result{.method = "dkim",
                                 .result = std::string(to_string(verdict.status)),
                                 .reason = verdict.reason};
    if (verdict.key_bits > 0)
        add_words(result.comment, std::to_string(verdict.key_bits) + "-bit key");
    if (verdict.testing) add_words(result.comment, "testing");
    if (verdict.secure) add_words(result.comment, "DNSSEC");
    add_words(result.comment, verdict.diagnosis);
    add(result, "header", "d", verdict.domain);
    add(result, "header", "s", verdict.selector);
    add(result, "header", "i", verdict.identity, kMaxAddress);
    add(result, "header", "a", verdict.algorithm);
    add(result, "header", "b", beginning);
    return result;
}

authres::MethodResult spf_result(const spf::Verdict& verdict, const Subject& subject) {
    authres::MethodResult result{.method = "spf", .result = std::string(to_string(verdict.status))};
    if (verdict.identity == spf::Identity::Helo) {
        add(result, "smtp", "helo", subject.helo);
        return result;
    }
    if (!subject.legible) {
        result.reason = verdict.problem;
        return result;
    }
    // The local part only if the domain vouched for it (RFC 8601 2.7.2).
    const bool whole = verdict.status == spf::Status::Pass;
    add(result, "smtp", "mailfrom",
        whole ? subject.sender : subject.sender.substr(subject.sender.rfind('@') + 1), kMaxAddress);
    return result;
}

} // namespace

std::vector<std::string> distinct_beginnings(std::span<const dkim::Verdict> verdicts) {
    std::vector<std::string_view> sorted;
    for (const dkim::Verdict& verdict : verdicts)
        sorted.push_back(verdict.signature);
    std::sort(sorted.begin(), sorted.end());
    std::size_t length = 8;
    // Those alike at the beginning stand side by side.
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        const std::string_view a = sorted[i - 1], b = sorted[i];
        const auto common = static_cast<std::size_t>(
            std::mismatch(a.begin(),
                          a.begin() + static_cast<std::ptrdiff_t>(
                                          std::min({a.size(), b.size(), kMaxSignatureShown})),
                          b.begin())
                .first -
            a.begin());
        if (a != b) length = std::max(length, std::min(common + 1, kMaxSignatureShown));
    }
    std::vector<std::string> beginnings;
    for (const dkim::Verdict& verdict : verdicts)
        beginnings.push_back(verdict.signature.substr(0, length));
    return beginnings;
}

std::vector<dkim::Verdict> most_telling(std::vector<dkim::Verdict> verdicts, std::size_t limit) {
    if (verdicts.size() <= limit) return verdicts;
    const auto passed = [](const dkim::Verdict& verdict) {
        return verdict.status == dkim::Status::Pass;
    };
    std::stable_partition(verdicts.begin(), verdicts.end(), passed);
    verdicts.resize(limit);
    std::sort(verdicts.begin(), verdicts.end(),
              [](const auto& a, const auto& b) { return a.field < b.field; });
    return verdicts;
}

authres::Field make_results(const Findings& findings, const Subject& subject,
                            const ResultsContext& context) {
    authres::Field field{.authserv_id = context.authserv_id};
    const auto verdicts = most_telling(findings.dkim, context.signatures);
    const auto beginnings = distinct_beginnings(verdicts);
    for (std::size_t i = 0; i < verdicts.size(); ++i)
        field.results.push_back(dkim_result(verdicts[i], beginnings[i]));
    if (verdicts.empty()) field.results.push_back({.method = "dkim", .result = "none"});
    if (findings.mail_from) field.results.push_back(spf_result(*findings.mail_from, subject));
    if (findings.helo) field.results.push_back(spf_result(*findings.helo, subject));
    if (findings.iprev) {
        authres::MethodResult iprev{.method = "iprev",
                                    .result = std::string(to_string(findings.iprev->status)),
                                    .reason = std::string(findings.iprev->reason)};
        add(iprev, "policy", "iprev", subject.client ? subject.client->text() : std::string());
        field.results.push_back(std::move(iprev));
    }
    if (!context.login.empty()) {
        authres::MethodResult auth{.method = "auth", .result = "pass"};
        add(auth, "smtp", "auth", context.login, kMaxAddress);
        field.results.push_back(std::move(auth));
    }
    return field;
}

} // namespace postern::verify
