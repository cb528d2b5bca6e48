// From verdicts to what is done: RFC 7372 for the codes, RFC 6376 3.6.1 for keys in testing mode.
#include "milters/verify/policy.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>

namespace postern::verify {
namespace {

using dkim::Status;
using testing::ElementsAre;
using testing::IsEmpty;

dkim::Verdict signature(Status status, std::string domain = "example.org") {
    dkim::Verdict verdict;
    verdict.status = status;
    verdict.domain = std::move(domain);
    return verdict;
}

spf::Verdict sender(spf::Status status) {
    spf::Verdict verdict;
    verdict.status = status;
    verdict.domain = "sender.example";
    verdict.explanation = "See http://sender.example/why";
    return verdict;
}

/// Everything is refused.
PolicyRules strict() {
    PolicyRules rules;
    rules.on.fill(Action::Reject);
    return rules;
}

const std::vector<std::string> kAuthor{"example.org"};

struct DkimCase {
    const char* name;
    std::vector<Status> statuses;
    const char* condition; ///< empty: none holds
    const char* code;
};
class DkimConditions : public testing::TestWithParam<DkimCase> {};
TEST_P(DkimConditions, AreOfTheMessageNotOfEachSignature) {
    std::vector<dkim::Verdict> verdicts;
    for (const Status status : GetParam().statuses)
        verdicts.push_back(signature(status));
    const Decision decision = decide(strict(), {.dkim = verdicts, .authors = kAuthor});
    EXPECT_EQ(to_text(decision.conditions), GetParam().condition);
    EXPECT_EQ(decision.enhanced, GetParam().code);
    EXPECT_EQ(decision.action, GetParam().condition[0] == '\0' ? Action::Note : Action::Reject);
}
INSTANTIATE_TEST_SUITE_P(
    Table, DkimConditions,
    testing::Values(
        DkimCase{"unsigned_mail", {}, "dkim-none", "5.7.20"},
        DkimCase{"passed", {Status::Pass}, "", ""},
        DkimCase{"one_of_two_passed", {Status::Fail, Status::Pass}, "", ""},
        DkimCase{"failed", {Status::Fail}, "dkim-fail", "5.7.20"},
        DkimCase{"beyond_repair", {Status::PermError}, "dkim-permerror", "5.7.20"},
        DkimCase{"neutral_is_beyond_repair", {Status::Neutral}, "dkim-permerror", "5.7.20"},
        DkimCase{"not_good_enough", {Status::Policy}, "dkim-policy", "5.7.21"},
        DkimCase{"no_answer", {Status::TempError}, "dkim-temperror", "5.7.20"},
        // A second try may still bring a pass.
        DkimCase{
            "failed_and_no_answer", {Status::Fail, Status::TempError}, "dkim-temperror", "5.7.20"},
        DkimCase{
            "failed_and_beyond_repair", {Status::PermError, Status::Fail}, "dkim-fail", "5.7.20"}),
    testing_support::name_of);

TEST(Policy, ASignatureOfAKeyInTestingModeIsNone) {
    std::vector<dkim::Verdict> verdicts{signature(Status::Fail), signature(Status::Pass)};
    for (dkim::Verdict& verdict : verdicts)
        verdict.testing = true;
    const Decision decision = decide(strict(), {.dkim = verdicts, .authors = kAuthor});
    EXPECT_THAT(decision.conditions, ElementsAre(Condition::DkimNone));
}

struct AuthorCase {
    const char* name;
    AuthorMatch rule;
    std::vector<std::string> authors;
    std::vector<std::pair<Status, const char*>> signatures;
    const char* condition;
};
class Authors : public testing::TestWithParam<AuthorCase> {};
TEST_P(Authors, NeedASignatureThatSpeaksForThem) {
    std::vector<dkim::Verdict> verdicts;
    for (const auto& [status, domain] : GetParam().signatures)
        verdicts.push_back(signature(status, domain));
    PolicyRules rules = strict();
    rules.author_match = GetParam().rule;
    const Decision decision = decide(rules, {.dkim = verdicts, .authors = GetParam().authors});
    EXPECT_EQ(to_text(decision.conditions), GetParam().condition);
    if (std::string_view(GetParam().condition) == "author-mismatch") {
        EXPECT_EQ(decision.code, "550");
        EXPECT_EQ(decision.enhanced, "5.7.22");
        EXPECT_EQ(decision.text, "No valid author-matched DKIM signature found");
    }
}
INSTANTIATE_TEST_SUITE_P(
    Table, Authors,
    testing::Values(
        AuthorCase{"anybody", AuthorMatch::Anybody, kAuthor, {{Status::Pass, "list.example"}}, ""},
        AuthorCase{"other",
                   AuthorMatch::Related,
                   kAuthor,
                   {{Status::Pass, "list.example"}},
                   "author-mismatch"},
        AuthorCase{"same", AuthorMatch::Related, kAuthor, {{Status::Pass, "Example.ORG"}}, ""},
        AuthorCase{
            "above", AuthorMatch::Related, {"a.example.org"}, {{Status::Pass, "example.org"}}, ""},
        AuthorCase{
            "below", AuthorMatch::Related, kAuthor, {{Status::Pass, "mail.example.org"}}, ""},
        AuthorCase{"looks_alike",
                   AuthorMatch::Related,
                   kAuthor,
                   {{Status::Pass, "notexample.org"}},
                   "author-mismatch"},
        AuthorCase{"strict_above",
                   AuthorMatch::Strict,
                   {"a.example.org"},
                   {{Status::Pass, "example.org"}},
                   "author-mismatch"},
        AuthorCase{
            "strict_same", AuthorMatch::Strict, kAuthor, {{Status::Pass, "example.org"}}, ""},
        AuthorCase{"two_authors_one_signature",
                   AuthorMatch::Related,
                   {"example.org", "example.net"},
                   {{Status::Pass, "example.org"}},
                   "author-mismatch"},
        AuthorCase{"two_authors_two_signatures",
                   AuthorMatch::Related,
                   {"example.org", "example.net"},
                   {{Status::Pass, "example.org"}, {Status::Pass, "example.net"}},
                   ""},
        AuthorCase{"no_author",
                   AuthorMatch::Related,
                   {},
                   {{Status::Pass, "example.org"}},
                   "author-mismatch"},
        AuthorCase{"author_failed",
                   AuthorMatch::Related,
                   kAuthor,
                   {{Status::Pass, "list.example"}, {Status::Fail, "example.org"}},
                   "author-mismatch"},
        AuthorCase{"author_later",
                   AuthorMatch::Related,
                   kAuthor,
                   {{Status::Pass, "list.example"}, {Status::TempError, "example.org"}},
                   "dkim-temperror"},
        AuthorCase{"unsigned_mail", AuthorMatch::Related, kAuthor, {}, "dkim-none"}),
    testing_support::name_of);

struct SpfCase {
    const char* name;
    spf::Status status;
    const char* condition;
    const char* code;
};
class SpfConditions : public testing::TestWithParam<SpfCase> {};
TEST_P(SpfConditions, HaveTheCodesOfRfc7372) {
    const std::vector<dkim::Verdict> passed{signature(Status::Pass)};
    const spf::Verdict verdict = sender(GetParam().status);
    const Decision decision =
        decide(strict(), {.dkim = passed, .authors = kAuthor, .spf = &verdict});
    EXPECT_EQ(to_text(decision.conditions), GetParam().condition);
    EXPECT_EQ(decision.enhanced, GetParam().code);
}
INSTANTIATE_TEST_SUITE_P(
    Table, SpfConditions,
    testing::Values(SpfCase{"none", spf::Status::None, "", ""},
                    SpfCase{"neutral", spf::Status::Neutral, "", ""},
                    SpfCase{"pass", spf::Status::Pass, "", ""},
                    SpfCase{"fail", spf::Status::Fail, "spf-fail", "5.7.23"},
                    SpfCase{"softfail", spf::Status::SoftFail, "spf-softfail", "5.7.23"},
                    SpfCase{"permerror", spf::Status::PermError, "spf-permerror", "5.7.24"},
                    SpfCase{"temperror", spf::Status::TempError, "spf-temperror", "5.7.24"}),
    testing_support::name_of);

TEST(Policy, ByDefaultEverythingIsOnlyNoted) {
    const spf::Verdict failed = sender(spf::Status::Fail);
    const Decision decision = decide({}, {.dkim = {}, .authors = {}, .spf = &failed});
    EXPECT_EQ(decision.action, Action::Note);
    EXPECT_THAT(decision.conditions, ElementsAre(Condition::DkimNone, Condition::SpfFail));
    EXPECT_THAT(decision.code, IsEmpty());
}

TEST(Policy, TheStrongestActionIsDoneAndItsOwnCauseIsTold) {
    PolicyRules rules;
    rules.on[static_cast<std::size_t>(Condition::DkimNone)] = Action::Quarantine;
    rules.on[static_cast<std::size_t>(Condition::SpfFail)] = Action::Reject;
    const spf::Verdict failed = sender(spf::Status::Fail);
    const Decision decision = decide(rules, {.dkim = {}, .authors = kAuthor, .spf = &failed});
    EXPECT_EQ(decision.action, Action::Reject);
    EXPECT_EQ(decision.code + " " + decision.enhanced + " " + decision.text,
              "550 5.7.23 SPF validation failed");
}

TEST(Policy, SeveralCausesHaveTheCodeForSeveral) { // RFC 7372 3.4
    const spf::Verdict failed = sender(spf::Status::Fail);
    const Decision decision = decide(strict(), {.dkim = {}, .authors = kAuthor, .spf = &failed});
    EXPECT_EQ(decision.code + " " + decision.enhanced + " " + decision.text,
              "550 5.7.26 Multiple authentication checks failed");
}

TEST(Policy, TemporaryErrorsThatDeferHaveTemporaryCodes) {
    PolicyRules rules;
    rules.on[static_cast<std::size_t>(Condition::DkimTempError)] = Action::TempFail;
    rules.on[static_cast<std::size_t>(Condition::SpfTempError)] = Action::TempFail;
    const std::vector<dkim::Verdict> unknown{signature(Status::TempError)};
    Decision decision = decide(rules, {.dkim = unknown, .authors = kAuthor});
    EXPECT_EQ(decision.code + " " + decision.enhanced + " " + decision.text, // RFC 6376 6.2
              "451 4.7.5 Unable to verify signature - key server unavailable");
    const std::vector<dkim::Verdict> passed{signature(Status::Pass)};
    const spf::Verdict later = sender(spf::Status::TempError);
    decision = decide(rules, {.dkim = passed, .authors = kAuthor, .spf = &later});
    EXPECT_EQ(decision.code + " " + decision.enhanced + " " + decision.text,
              "451 4.7.24 SPF validation error");
}

TEST(Policy, APassingSignatureExcusesSpfWhenAsked) {
    PolicyRules rules = strict();
    rules.dkim_excuses_spf = true;
    rules.author_match = AuthorMatch::Related;
    const spf::Verdict failed = sender(spf::Status::Fail);
    const std::vector<dkim::Verdict> passed{signature(Status::Pass)};
    EXPECT_THAT(decide(rules, {.dkim = passed, .authors = kAuthor, .spf = &failed}).conditions,
                IsEmpty());
    const std::vector<dkim::Verdict> foreign{signature(Status::Pass, "list.example")};
    EXPECT_THAT(decide(rules, {.dkim = foreign, .authors = kAuthor, .spf = &failed}).conditions,
                ElementsAre(Condition::AuthorMismatch, Condition::SpfFail));
}

TEST(Policy, TheReplyIsTheSitesOwnWhenItHasOne) {
    PolicyRules rules = strict();
    rules.reject_text = "{conditions}: {reason} {}, ask {postmaster";
    const Decision decision = decide(rules, {.dkim = {}, .authors = kAuthor});
    EXPECT_EQ(decision.text, "dkim-none: No passing DKIM signature found {}, ask {postmaster");
}

TEST(Policy, TheSendersExplanationIsToldOnlyWhenAskedAndForFail) {
    const std::vector<dkim::Verdict> passed{signature(Status::Pass)};
    const spf::Verdict failed = sender(spf::Status::Fail);
    PolicyRules rules = strict();
    const Evidence evidence{.dkim = passed, .authors = kAuthor, .spf = &failed};
    EXPECT_EQ(decide(rules, evidence).text, "SPF validation failed");
    rules.explanation = true;
    EXPECT_EQ(decide(rules, evidence).text,
              "SPF validation failed. The domain sender.example explains: "
              "See http://sender.example/why");
}

} // namespace
} // namespace postern::verify
