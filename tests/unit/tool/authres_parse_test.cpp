#include "tests/unit/tool/run_command.hpp"
#include "tools/postern/authres_parse.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace postern::tool {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

// RFC 8601 B.7, the comment-heavy example
constexpr const char* kCommentHeavy =
    "foo.example.net (foobar) 1 (baz);\r\n"
    "    dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
    "      policy (A dot can go here) . (like that) expired\r\n"
    "      (this surprised me) = (as I wasn't expecting it) 1362471462\r\n";

TEST(AuthresParse, GivesJsonWithTheNamesOfThePublishedVectors) {
    const Said said = run_command(kAuthresParse, {"authres", "parse", "--json"}, kCommentHeavy);
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(Json::parse(said.out),
              Json::parse(R"({"valid": true, "authserv_id": "foo.example.net", "version": 1,
                              "results": [{"method": "dkim", "result": "fail", "reason": "",
                                           "props": {"policy.expired": "1362471462"}}]})"));
}

TEST(AuthresParse, TakesTheWholeFieldToo) {
    const Said said = run_command(kAuthresParse, {"authres", "parse", "--json"},
                                  "Authentication-Results: mx.example.org;\n\tspf=pass "
                                  "reason=\"a b\" smtp.mailfrom=example.net\n");
    EXPECT_EQ(said.code, 0) << said.err;
    const Json json = Json::parse(said.out);
    EXPECT_EQ(json["authserv_id"], "mx.example.org");
    EXPECT_EQ(json["results"][0]["reason"], "a b");
    EXPECT_EQ(json["results"][0]["props"]["smtp.mailfrom"], "example.net");
}

TEST(AuthresParse, SaysWhatIsWrongWithWhatMakesNoSense) {
    const Said said =
        run_command(kAuthresParse, {"authres", "parse", "--json"}, "mx; dkim=pass (x");
    EXPECT_EQ(said.code, 65);
    EXPECT_EQ(
        Json::parse(said.out),
        Json::parse(R"({"valid": false, "error": "at octet 16: a comment that does not end"})"));
    const Said human = run_command(kAuthresParse, {"authres", "parse"}, "");
    EXPECT_EQ(human.code, 65);
    EXPECT_EQ(human.err, "postern authres parse: at octet 0: no authserv-id\n");
    EXPECT_EQ(human.out, "");
}

TEST(AuthresParse, ShowsAPersonWhoSaysWhat) {
    const Said said = run_command(kAuthresParse, {"authres", "parse"}, kCommentHeavy);
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.out, "foo.example.net says:\n  dkim = fail\n    policy.expired: 1362471462\n");
}

TEST(AuthresParse, SendsNoEscapeSequencesToATerminal) {
    const Said said = run_command(kAuthresParse, {"authres", "parse"},
                                  "\"\x1b[2J\xc2\x9b\"; dkim=pass header.d=\"a\x1b]0;x\x07\"");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.out.find('\x1b'), std::string::npos);
    EXPECT_EQ(said.out.find('\x9b'), std::string::npos);
    EXPECT_THAT(said.out, HasSubstr("header.d: a]0;x\n"));
}

TEST(AuthresParse, RefusesAnEndlessInput) {
    const Said said =
        run_command(kAuthresParse, {"authres", "parse"}, std::string((1U << 20U) + 1, 'x'));
    EXPECT_EQ(said.code, 66);
    EXPECT_THAT(said.err, HasSubstr("more than 1048576 octets"));
}

} // namespace
} // namespace postern::tool
