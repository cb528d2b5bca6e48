// The setup and the simple examples of RFC 7208 appendix A.1, asked for on the command line.
#include "tests/support/name_of.hpp"
#include "tests/unit/tool/run_command.hpp"
#include "tools/postern/spf_check.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace postern::tool {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_support::name_of;
using Json = nlohmann::json;

constexpr const char* kZone = R"(
$ORIGIN example.com.
@           MX  10 mail-a
            MX  20 mail-b
            A   192.0.2.10
            A   192.0.2.11
amy         A   192.0.2.65
bob         A   192.0.2.66
mail-a      A   192.0.2.129
mail-b      A   192.0.2.130
www         CNAME example.com.
$ORIGIN example.org.
@           MX  10 mail-c
mail-c      A   192.0.2.140
$ORIGIN 2.0.192.in-addr.arpa.
10          PTR example.com.
11          PTR example.com.
65          PTR amy.example.com.
66          PTR bob.example.com.
129         PTR mail-a.example.com.
130         PTR mail-b.example.com.
140         PTR mail-c.example.org.
$ORIGIN 0.0.10.in-addr.arpa.
4           PTR bob.example.com.
)";

class SpfCommand : public testing::Test {
protected:
    /// The zone with this record at example.com.
    std::string zone(const std::string& record) {
        return place_.write("zone",
                            std::string(kZone) + "example.com. TXT \"" + record +
                                "\"\nwhy.example.com. TXT \"%{i} is not ours, says %{r}\"\n");
    }
    static Said check(std::vector<std::string> words) {
        words.insert(words.begin(), "spf");
        return run_command(kSpf, words);
    }

    testing_support::TemporaryPlace place_;
};

struct Example {
    const char* name;
    const char* record;
    const char* client;
    const char* result;
    const char* mechanism;
};
class SpfExample : public SpfCommand, public testing::WithParamInterface<Example> {};
TEST_P(SpfExample, OfRfc7208AppendixA1) {
    const std::string dns = zone(GetParam().record);
    for (const char* engine : {"own", "libspf2"}) {
        const Said said = check({"--json", "--ip", GetParam().client, "--helo", "mail.example.net",
                                 "--from", "user@example.com", "--dns", dns, "--engine", engine});
        if (said.code == 64 && std::string_view(engine) == "libspf2") continue; // built without
        ASSERT_EQ(said.code, 0) << said.err;
        const Json json = Json::parse(said.out);
        EXPECT_EQ(json["result"], GetParam().result) << engine;
        EXPECT_EQ(json["mechanism"], GetParam().mechanism) << engine;
    }
}
INSTANTIATE_TEST_SUITE_P(
    Table, SpfExample,
    testing::Values(Example{"all", "v=spf1 +all", "203.0.113.9", "pass", "+all"},
                    Example{"a", "v=spf1 a -all", "192.0.2.11", "pass", "a"},
                    Example{"a_of_none", "v=spf1 a:example.org -all", "192.0.2.10", "fail", "-all"},
                    Example{"mx", "v=spf1 mx -all", "192.0.2.130", "pass", "mx"},
                    Example{"mx_of_other", "v=spf1 mx:example.org -all", "192.0.2.140", "pass",
                            "mx:example.org"},
                    Example{"mx_with_length", "v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.131",
                            "pass", "mx/30"},
                    Example{"ptr", "v=spf1 ptr -all", "192.0.2.65", "pass", "ptr"},
                    Example{"ptr_elsewhere", "v=spf1 ptr -all", "192.0.2.140", "fail", "-all"},
                    Example{"ptr_rogue", "v=spf1 ptr -all", "10.0.0.4", "fail", "-all"},
                    Example{"ip4_outside", "v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.65", "fail",
                            "-all"},
                    Example{"ip4", "v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.129", "pass",
                            "ip4:192.0.2.128/28"}),
    name_of);

TEST_F(SpfCommand, GivesTheKeysThatScriptsRelyOnAndNoOthers) {
    const Said said = check({"--json", "--ip", "10.0.0.4", "--helo", "h.example", "--from",
                             "user@example.com", "--receiver", "mx.example.net", "--dns",
                             zone("v=spf1 mx exp=why.example.com -all")});
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(Json::parse(said.out),
              Json::parse(R"({"result": "fail", "mechanism": "-all", "problem": "",
                              "explanation": "10.0.0.4 is not ours, says mx.example.net",
                              "lookups": 1, "void-lookups": 0})"));
}

TEST_F(SpfCommand, ChecksTheHeloNameOfTheNullSenderAndWithoutSender) { // RFC 7208 2.3, 2.4
    const std::string dns = zone("v=spf1 a -all");
    for (const std::vector<std::string>& from :
         {std::vector<std::string>{"--from", ""}, {"--from="}, {"--from", "<>"}, {}}) {
        std::vector<std::string> words{"--json",      "--ip",  "192.0.2.10", "--helo",
                                       "example.com", "--dns", dns};
        words.insert(words.end(), from.begin(), from.end());
        const Said said = check(words);
        ASSERT_EQ(said.code, 0) << said.err;
        EXPECT_EQ(Json::parse(said.out)["result"], "pass");
    }
    const Said human = check({"--ip", "192.0.2.10", "--helo", "example.com", "--dns", dns});
    EXPECT_THAT(human.out, HasSubstr("identity      helo\n"));
}

TEST_F(SpfCommand, ShowsAPersonTheResultAndEveryStepIfAsked) {
    const std::string dns = zone("v=spf1 mx -all");
    const std::vector<std::string> words{"--ip",   "10.0.0.4",         "--helo", "h.example",
                                         "--from", "user@example.com", "--dns",  dns};
    const Said plain = check(words);
    EXPECT_THAT(plain.out, StartsWith("result        fail\n"));
    std::vector<std::string> traced = words;
    traced.emplace_back("--trace");
    const Said steps = check(traced);
    EXPECT_THAT(steps.out, HasSubstr("v=spf1 mx -all"));
    EXPECT_THAT(steps.out, HasSubstr("mx: no match"));
    EXPECT_THAT(steps.out, testing::EndsWith(plain.out));
    traced.emplace_back("--json");
    const Said json = check(traced);
    EXPECT_EQ(Json::parse(json.out)["result"], "fail") << "standard output is JSON alone";
    EXPECT_THAT(json.err, HasSubstr("mx: no match"));
}

TEST_F(SpfCommand, TakesTheJsonFormOfRecordsAndItsFailures) {
    const std::string dns = place_.write(
        "dns.json", R"({"a.example. TXT": ["v=spf1 -all"], "b.example. TXT": "TIMEOUT"})");
    const auto result = [&](const char* from) {
        const Said said =
            check({"--json", "--ip", "::1", "--helo", "h", "--from", from, "--dns", dns});
        EXPECT_EQ(said.code, 0) << said.err;
        return Json::parse(said.out)["result"];
    };
    EXPECT_EQ(result("x@a.example"), "fail");
    EXPECT_EQ(result("x@b.example"), "temperror");
    EXPECT_EQ(result("x@c.example"), "none");
}

struct Refused {
    const char* name;
    std::vector<std::string> words;
    int code;
    const char* why;
};
class SpfRefuses : public SpfCommand, public testing::WithParamInterface<Refused> {};
TEST_P(SpfRefuses, WithACodeAndAReason) {
    const Said said = check(GetParam().words);
    EXPECT_EQ(said.code, GetParam().code);
    EXPECT_THAT(said.err, HasSubstr(GetParam().why));
    EXPECT_EQ(said.out, "");
}
INSTANTIATE_TEST_SUITE_P(
    Table, SpfRefuses,
    testing::Values(
        Refused{"no_client", {"--helo", "h"}, 64, "--ip is missing"},
        Refused{"no_address", {"--ip", "192.0.2.256", "--helo", "h"}, 64, "is no IP address"},
        Refused{"nothing_to_check", {"--ip", "::1", "--from", ""}, 64, "--helo is missing"},
        Refused{"no_engine",
                {"--ip", "::1", "--helo", "h", "--engine", "spf3"},
                64,
                "neither own nor libspf2"},
        Refused{"no_file", {"--ip", "::1", "--helo", "h", "--dns", "/nowhere"}, 66, "/nowhere"},
        Refused{"no_zone",
                {"--ip", "::1", "--helo", "h", "--dns", POSTERN_SOURCE_DIR "/LICENSE"},
                65,
                "LICENSE"},
        Refused{
            "no_configuration", {"--ip", "::1", "--helo", "h", "-c", "/nowhere"}, 78, "/nowhere"}),
    name_of);

} // namespace
} // namespace postern::tool
