#include "tools/postern/finding.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace postern::tool {
namespace {

using testing::HasSubstr;

Findings some() {
    return {
        {.severity = Severity::Note, .id = "n", .what = "a note"},
        {.severity = Severity::Error,
         .id = "e",
         .where = {.file = "/etc/postfix/main.cf", .line = 12},
         .what = "something that is described in so many words that it has to be wrapped to fit",
         .why = "It matters for a reason that is itself far too long to stand in one single line.",
         .mend = "first = line\nsecond = line"}};
}

TEST(Findings, GiveTheExitCodeOfTheWorst) {
    EXPECT_EQ(exit_code_of({}), 0);
    EXPECT_EQ(exit_code_of(Findings{{.severity = Severity::Note}}), 0);
    EXPECT_EQ(exit_code_of(Findings{{.severity = Severity::Warning}, {}}), 1);
    EXPECT_EQ(exit_code_of(some()), 2);
}

TEST(Findings, ArePrintedInEightyColumnsWithTheLinesThatMend) {
    Findings findings = some();
    sort_by_severity(findings);
    std::ostringstream out;
    const std::vector<std::string> checked{"postern.conf", "Postfix 3.7.11"};
    print_findings(out, findings, checked);
    EXPECT_THAT(out.str(), testing::StartsWith("error: /etc/postfix/main.cf:12: something"));
    EXPECT_THAT(out.str(), HasSubstr("    mend: first = line\n          second = line\n"));
    EXPECT_THAT(out.str(), HasSubstr("Checked: postern.conf, Postfix 3.7.11."));
    EXPECT_THAT(out.str(), HasSubstr("1 error, 0 warnings, 1 note."));
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(line.size(), 80U) << line;
}

TEST(Findings, SayThatThereAreNone) {
    std::ostringstream out;
    print_findings(out, {}, std::vector<std::string>{"x"});
    EXPECT_EQ(out.str(), "Checked: x.\nNothing found.\n");
}

TEST(Findings, AreOneJsonObject) {
    std::ostringstream out;
    const Findings findings = some();
    print_findings_json(out, findings, std::vector<std::string>{"x"});
    const auto json = nlohmann::json::parse(out.str());
    EXPECT_EQ(json["errors"], 1);
    EXPECT_EQ(json["notes"], 1);
    EXPECT_EQ(json["findings"][1]["file"], "/etc/postfix/main.cf");
    EXPECT_EQ(json["findings"][1]["line"], 12);
    EXPECT_FALSE(json["findings"][0].contains("file"));
}

TEST(Findings, SurviveBytesThatAreNoUtf8InJson) {
    std::ostringstream out;
    print_findings_json(out, Findings{{.what = "\xff\x00"}}, {});
    EXPECT_TRUE(nlohmann::json::accept(out.str()));
}

} // namespace
} // namespace postern::tool
