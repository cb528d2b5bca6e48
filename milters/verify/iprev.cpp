#include "milters/verify/iprev.hpp"

#include "common/spf/macro.hpp"

#include <algorithm>
#include <array>

namespace postern::verify {
namespace {

dns::Question forward(const IpAddress& address, std::string_view name) {
    return {std::string(name), address.is_v4() ? dns::RecordType::A : dns::RecordType::AAAA};
}

} // namespace

std::string_view to_string(IprevStatus status) noexcept {
    switch (status) {
    case IprevStatus::Pass:
        return "pass";
    case IprevStatus::Fail:
        return "fail";
    case IprevStatus::TempError:
        return "temperror";
    case IprevStatus::PermError:
        return "permerror";
    }
    return "?";
}

std::vector<dns::Question> iprev_questions(const IpAddress& address, std::string_view guess) {
    std::vector<dns::Question> questions{{spf::reverse_name(address), dns::RecordType::PTR}};
    if (!guess.empty()) questions.push_back(forward(address, guess));
    return questions;
}

Iprev check_iprev(const IpAddress& address, dns::Resolver& resolver,
                  const dns::Deadline& deadline) {
    const std::array reverse{dns::Question{spf::reverse_name(address), dns::RecordType::PTR}};
    const dns::Answer names = resolver.ask(reverse, deadline).front();
    if (names.is_failure())
        return {.status = IprevStatus::TempError, .name = {}, .reason = "reverse lookup failed"};
    if (names.outcome != dns::Outcome::Records)
        return {.status = IprevStatus::PermError, .name = {}, .reason = "no reverse name"};

    std::vector<dns::Question> questions;
    for (const dns::Record& record : names.records)
        if (questions.size() < kMaxReverseNames) questions.push_back(forward(address, record.text));
    const std::vector<dns::Answer> answers = resolver.ask(questions, deadline);
    bool failure = false;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        failure = failure || answers[i].is_failure();
        const bool leads_back =
            std::any_of(answers[i].records.begin(), answers[i].records.end(),
                        [&](const dns::Record& record) { return record.address == address; });
        if (leads_back)
            return {.status = IprevStatus::Pass, .name = questions[i].name, .reason = {}};
    }
    if (failure)
        return {.status = IprevStatus::TempError, .name = {}, .reason = "forward lookup failed"};
    return {.status = IprevStatus::Fail, .name = {}, .reason = "reverse name does not lead back"};
}

} // namespace postern::verify
