// What is said about an outcome: expectations, comparison, reports, the diff.
#include "tests/support/name_of.hpp"
#include "tools/replay/difference.hpp"
#include "tools/replay/expect.hpp"
#include "tools/replay/header_diff.hpp"
#include "tools/replay/mail_macros.hpp"
#include "tools/replay/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace postern::replay {
namespace {

using namespace std::string_literals;
using postfix::Modification;
using testing::HasSubstr;
using testing::SizeIs;
using testing_support::name_of;
using Type = Modification::Type;

Modification signature(const std::string& value) {
    return {.type = Type::InsertHeader, .name = "DKIM-Signature", .value = value, .separator = " "};
}

Outcome outcome_with(std::vector<Modification> edits) {
    Outcome outcome;
    outcome.reply = "250 2.0.0 Ok: queued as X";
    outcome.message = postfix::parse_message("Subject: a\n b\n\nbody\n");
    outcome.message->header.push_back({.name = "Received", .value = " us", .hidden = true});
    for (Modification& edit : edits)
        outcome.edits.push_back({.milter = 0, .edit = std::move(edit)});
    return outcome;
}

struct Expected {
    const char* name;
    const char* text;
    bool met;
};
class Expect : public testing::TestWithParam<Expected> {};
TEST_P(Expect, HoldsOrSaysWhyNot) {
    const auto expectation = Expectation::parse(GetParam().text);
    ASSERT_TRUE(expectation) << expectation.error().message;
    const auto reason = unmet(*expectation, outcome_with({{.name = "A"}}));
    EXPECT_EQ(!reason, GetParam().met) << reason.value_or("");
}
INSTANTIATE_TEST_SUITE_P(
    Table, Expect,
    testing::Values(Expected{"verdict", "verdict=accept", true},
                    Expected{"other_verdict", "verdict=reject", false},
                    Expected{"header", "header=subject", true},
                    Expected{"header_value_is_unfolded", "header=Subject:^a b$", true},
                    Expected{"header_value_differs", "header=Subject:x", false},
                    Expected{"colon_in_the_pattern", "header=Subject:(a|x:y)", true},
                    Expected{"header_missing", "header=X-No", false},
                    Expected{"our_received_is_not_there", "no-header=Received", true},
                    Expected{"no_header", "no-header=Subject", false},
                    Expected{"reply", "reply=^250", true},
                    Expected{"other_reply", "reply=^550", false},
                    Expected{"modifications", "modifications=1", true},
                    Expected{"other_number", "modifications=0", false}),
    name_of);

TEST(Compare, LooksAtTagsOfSignaturesOnly) {
    const auto a =
        outcome_with({signature("v=1; a=rsa-sha256; d=x.org; s=s1; t=1;\n\th=From:To;\n\t"
                                "bh=YQ=\n\t =; b=abc")});
    const auto b = outcome_with({signature("v=1; a=rsa-sha256; c=simple/simple; d=X.org; s=s1; "
                                           "h=from : to; bh=YQ==; x=9; i=@x.org; t=2; b=def")});
    EXPECT_THAT(differences(summarize(a), summarize(b)), SizeIs(0));
}

TEST(Compare, TellsDifferencesByValue) {
    const auto a = outcome_with({{.type = Type::AddHeader, .name = "X", .value = "1\n\t2"}});
    const auto same = outcome_with({{.type = Type::AddHeader, .name = "X", .value = "1 2"}});
    const auto other = outcome_with({{.type = Type::AddHeader, .name = "X", .value = "3"}});
    EXPECT_THAT(differences(summarize(a), summarize(same)), SizeIs(0));
    const auto found = differences(summarize(a), summarize(other));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].first, "add-header X: 1 2");
    EXPECT_EQ(found[0].second, "add-header X: 3");
    Outcome rejected = outcome_with({});
    rejected.verdict = Verdict::Reject;
    rejected.reply = "550 5.7.1 no";
    EXPECT_EQ(differences(summarize(outcome_with({})), summarize(rejected)).at(0).second,
              "reject (550 5.7.1 no)");
}

TEST(Compare, TellsAnotherOrder) {
    const Modification x{.name = "X", .value = "1"}, y{.name = "Y", .value = "2"};
    const auto found =
        differences(summarize(outcome_with({x, y})), summarize(outcome_with({y, x})));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].what, "order");
}

TEST(Report, IsOneLineOfJsonWhateverTheOctets) {
    replay::Setup setup;
    setup.milters.push_back({.address = *SocketAddress::parse("unix:/s")});
    const Outcome outcome = outcome_with({{.type = Type::InsertHeader,
                                           .index = 0,
                                           .name = "X",
                                           .value = " \xff\n\"v\"",
                                           .separator = ""},
                                          {.type = Type::ReplaceBody, .value = "12345"}});
    const std::string line = format_json(
        {.file = "a\nb", .outcome = &outcome, .error = {}, .unmet = {}, .diff = {}}, setup);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["verdict"], "accept");
    EXPECT_EQ(json["modifications"][0]["type"], "insert-header");
    EXPECT_EQ(json["modifications"][0]["value"], "\xef\xbf\xbd\n\"v\"");
    EXPECT_EQ(json["modifications"][0]["space"], true);
    EXPECT_EQ(json["modifications"][1]["octets"], 5);
    EXPECT_EQ(json["milters"][0], "unix:/s");
}

TEST(Report, OfAFileThatCouldNotBeReadHasAnError) {
    const auto json = nlohmann::json::parse(format_json(
        {.file = "x", .outcome = nullptr, .error = "gone", .unmet = {}, .diff = {}}, {}));
    EXPECT_EQ(json["error"], "gone");
    EXPECT_TRUE(json["verdict"].is_null());
}

TEST(Report, ShowsControlOctets) { EXPECT_EQ(printable("a\x1b[0m\tb\x7f"), "a\\x1b[0m\tb\\x7f"); }

TEST(HeaderDiff, IsUnified) {
    auto before =
        postfix::parse_message("A: 1\nB: 2\nC: 3\nD: 4\nE: 5\nF: 6\nG: 7\nH: 8\nI: 9\n\n");
    auto after = before;
    EXPECT_EQ(header_diff(before, after, "m"), "");
    after.header.insert(after.header.begin(), {.name = "N", .value = " 0"});
    after.header[9].value = " changed";
    EXPECT_EQ(header_diff(before, after, "m"),
              "--- m\n+++ m (result)\n"
              "@@ -1,3 +1,4 @@\n+N: 0\n A: 1\n B: 2\n C: 3\n"
              "@@ -6,4 +7,4 @@\n F: 6\n G: 7\n H: 8\n-I: 9\n+I: changed\n");
    after.body = "x";
    EXPECT_THAT(header_diff(before, after, "m"), HasSubstr("body: 0 octets became 1"));
}

TEST(MailMacros, KnowWhatEachPhaseKnows) {
    MailMacros macros({{"daemon_name", "MINE"}, {"x", "1"}});
    macros.set("daemon_name", "mail");
    macros.set("mail_addr", "a@x");
    macros.set("i", "ID");
    EXPECT_EQ(macros.find("{daemon_name}"), "MINE"); // the command line wins
    EXPECT_EQ(macros.find("{mail_addr}"), "a@x");
    EXPECT_EQ(macros.find("{i}"), "ID");
    EXPECT_EQ(macros.find("{auth_type}"), std::nullopt);
    macros.phase(Phase::Cleanup);
    EXPECT_EQ(macros.find("{mail_addr}"), std::nullopt);
    EXPECT_EQ(macros.find("{i}"), "ID");
    macros.phase(Phase::Submission);
    EXPECT_EQ(macros.find("{mail_addr}"), "a@x");
    EXPECT_THAT(std::string(macros.names(postfix::MacroStage::Mail)),
                HasSubstr("{mail_mailer} {x}"));
}

} // namespace
} // namespace postern::replay
