#include "milters/verify/checks.hpp"

#include <iterator>
#include <span>
#include <utility>

namespace postern::verify {
namespace {

/// Which identities SPF can say something about.
std::vector<spf::Query> spf_queries(const Subject& subject, const CheckRules& rules) {
    std::vector<spf::Query> queries;
    if (rules.spf == nullptr || !subject.client) return queries;
    if (!subject.sender.empty() && subject.legible)
        queries.push_back(spf_query(subject, spf::Identity::MailFrom));
    queries.push_back(spf_query(subject, spf::Identity::Helo));
    return queries;
}

void append(std::vector<dns::Question>& all, std::vector<dns::Question> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

} // namespace

spf::Query spf_query(const Subject& subject, spf::Identity identity) {
    return {.client = *subject.client,
            .identity = identity,
            .mail_from = subject.sender,
            .helo = subject.helo,
            .receiver = subject.receiver};
}

Findings check(const Subject& subject, const CheckRules& rules, dkim::Verifier* verifier,
               dns::Resolver& lookups, const dns::Deadline& deadline) {
    const bool iprev = rules.iprev && subject.client;
    const std::vector<spf::Query> queries = spf_queries(subject, rules);

    std::vector<dns::Question> questions;
    if (verifier != nullptr)
        questions.assign(verifier->questions().begin(), verifier->questions().end());
    const std::size_t keys = questions.size();
    for (const spf::Query& query : queries)
        append(questions, rules.spf->first_questions(query));
    if (iprev) append(questions, iprev_questions(*subject.client, subject.client_name));
    std::vector<dns::Answer> answers;
    if (!questions.empty()) answers = lookups.ask(questions, deadline);

    Findings findings;
    if (verifier != nullptr)
        findings.dkim = verifier->finish(std::span<const dns::Answer>(answers).first(keys));
    for (const spf::Query& query : queries) {
        auto& verdict = query.identity == spf::Identity::Helo ? findings.helo : findings.mail_from;
        verdict = rules.spf->check(query, lookups, deadline);
    }
    if (rules.spf != nullptr && subject.client && !subject.legible)
        findings.mail_from = spf::Verdict{.status = spf::Status::None,
                                          .identity = spf::Identity::MailFrom,
                                          .domain = {},
                                          .mechanism = {},
                                          .explanation = {},
                                          .problem = "the sender is no address"};
    if (iprev) findings.iprev = check_iprev(*subject.client, lookups, deadline);
    return findings;
}

} // namespace postern::verify
