#include "common/spf/evaluator.hpp"

#include "common/base/clock.hpp"
#include "common/spf/check_host.hpp"

#include <algorithm>
#include <string>

namespace postern::spf {

Verdict Evaluator::check(const Query& query, dns::Resolver& resolver,
                         const dns::Deadline& deadline) const {
    const auto subject = subject_of(query);
    if (!subject) {
        if (query.trace) query.trace(subject.error().message);
        return {
            .status = Status::None, .identity = query.identity, .problem = subject.error().message};
    }
    Answers answers(resolver, deadline, query.trace);
    ParsedRecords parsed;
    const CheckContext context{.query = query,
                               .subject = *subject,
                               .limits = limits_,
                               .answers = answers,
                               .parsed = parsed,
                               .unix_time = SystemClock().unix_time()};
    while (true) {
        const std::unique_ptr<CheckHost> host = new_run(context);
        Verdict verdict = host->run();
        if (answers.is_wanting()) {
            if (answers.ask_wanted()) continue;
            verdict = {.status = Status::TempError,
                       .identity = query.identity,
                       .domain = subject->domain,
                       .problem = "the time limit was met",
                       .lookups = verdict.lookups,
                       .void_lookups = verdict.void_lookups};
        }
        if (query.trace)
            for (const std::string& step : host->steps())
                query.trace(step);
        return verdict;
    }
}

std::unique_ptr<CheckHost> Evaluator::new_run(const CheckContext& context) const {
    return std::make_unique<CheckHost>(context);
}

Selection select_record(const dns::Answer& answer) noexcept {
    Selection selection;
    for (const dns::Record& record : answer.records) {
        if (!is_record(record.text)) continue;
        if (selection.what == Selected::One) return {.what = Selected::Several, .text = {}};
        selection = {.what = Selected::One, .text = record.text};
    }
    return selection;
}

std::string explanation_of(std::string_view text, const MacroValues& values) {
    const auto macros = MacroString::parse(text, MacroUse::Explanation);
    if (!macros) return {};
    std::string out = macros->expand_text(values);
    const bool clean =
        std::all_of(out.begin(), out.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
    return clean ? out : std::string();
}

} // namespace postern::spf
