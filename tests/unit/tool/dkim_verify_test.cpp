// postern dkim verify with the example of RFC 6376 A.2, as go-msgauth has it (see
// tests/conformance/dkim_verify).
#include "common/base/file.hpp"
#include "tests/unit/tool/run_command.hpp"
#include "tools/postern/dkim_verify.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace postern::tool {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

const std::string kCase =
    POSTERN_SOURCE_DIR "/tests/conformance/dkim_verify/cases/go-msgauth--rfc6376-A2/";

class DkimVerify : public testing::Test {
protected:
    static std::string example() {
        const auto file = read_file(kCase + "message.eml", 1U << 20U);
        EXPECT_TRUE(file) << "the example is gone";
        return file ? file->text : std::string();
    }
    static std::string changed(const std::string& what, const std::string& to) {
        std::string text = example();
        const std::size_t at = text.find(what);
        EXPECT_NE(at, std::string::npos);
        return text.replace(at, what.size(), to);
    }
    static Said verify(std::vector<std::string> words, const std::string& input = {}) {
        words.insert(words.begin(), {"dkim", "verify", "--dns", kCase + "dns.json"});
        return run_command(kDkimVerify, words, input);
    }
    static Json json(const std::string& message) {
        const Said said = verify({"--json", "--message", "-", "--time", "1200000000"}, message);
        EXPECT_EQ(said.code, 0) << said.err;
        return Json::parse(said.out);
    }
};

TEST_F(DkimVerify, GivesTheKeysThatScriptsRelyOn) {
    EXPECT_EQ(json(example()),
              Json::parse(R"({"results": [{"d": "example.com", "s": "brisbane", "a": "rsa-sha256",
                                           "result": "pass", "reason": ""}]})"));
}

TEST_F(DkimVerify, TakesTheFileByOptionOrAsArgumentAndAnyLineEnds) {
    const Said named = verify({"--json", "--message", kCase + "message.eml"});
    const Said argument = verify({"--json", kCase + "message.eml"});
    EXPECT_EQ(named.code, 0) << named.err;
    EXPECT_EQ(named.out, argument.out);
    std::string text = example();
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    EXPECT_EQ(json(text)["results"][0]["result"], "pass") << "LF only";
}

TEST_F(DkimVerify, SaysWhatDoesNotMatch) {
    EXPECT_EQ(json(changed("We lost", "We won"))["results"][0]["result"], "fail");
    EXPECT_THAT(json(changed("We lost", "We won"))["results"][0]["reason"].get<std::string>(),
                HasSubstr("body hash"));
    EXPECT_EQ(json(changed("dinner ready", "lunch ready"))["results"][0]["result"], "fail");
    EXPECT_THAT(
        json(changed("d=example.com", "d=example.net"))["results"][0]["reason"].get<std::string>(),
        Not(testing::IsEmpty()));
}

TEST_F(DkimVerify, ListsSignaturesFromTheTopAndNoneForUnsignedMail) {
    const std::string second =
        "DKIM-Signature: v=1; a=rsa-sha256; d=other.example; s=x; h=From;\r\n"
        "  bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=AAAA\r\n";
    const Json results = json(second + example())["results"];
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0]["d"], "other.example");
    EXPECT_EQ(results[0]["result"], "permerror") << "there is no key";
    EXPECT_EQ(results[1]["result"], "pass");
    EXPECT_EQ(json("From: a@b.example\r\n\r\nx\r\n"), Json::parse(R"({"results": []})"));
}

TEST_F(DkimVerify, LooksAtTheTimeItIsTold) { // RFC 6376 3.5: x=
    const std::string expired = changed("q=dns/txt;", "q=dns/txt; t=1100000000; x=1100000001;");
    EXPECT_EQ(json(expired)["results"][0]["reason"], "signature expired");
    const Said before = verify({"--json", "-m", "-", "--time", "1100000000"}, expired);
    EXPECT_THAT(Json::parse(before.out)["results"][0]["reason"].get<std::string>(),
                Not(HasSubstr("expired")));
}

TEST_F(DkimVerify, ExplainsAPersonEveryStep) {
    const Said said = verify({"--time", "1200000000", kCase + "message.eml"});
    EXPECT_EQ(said.code, 0) << said.err;
    for (const char* part :
         {"Signature 1 of 1", "  tags          v=1\n", "header simple, body simple",
          "Received, From, To, Subject, Date, Message-ID",
          "claimed  2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=",
          "computed 2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=, the same",
          "brisbane._domainkey.example.com TXT", "RSA, 1024 bits", "  result        pass\n"})
        EXPECT_THAT(said.out, HasSubstr(part));
    EXPECT_THAT(said.out, Not(HasSubstr("hashed")));
    const Said traced = verify({"--trace", kCase + "message.eml"});
    EXPECT_THAT(traced.out, HasSubstr("hashed        Received: from client1.football.example.com"));

    const Said other = verify({"-m", "-"}, changed("We lost", "We\x1b[2J won"));
    EXPECT_THAT(other.out, HasSubstr(", which is different"));
    EXPECT_THAT(other.out, HasSubstr("  result        fail\n  reason        body hash does not"));
    const Said unsigned_mail = verify({"-m", "-"}, "From: a@b.example\n\nx\n");
    EXPECT_EQ(unsigned_mail.out, "The message has no DKIM signature.\n");
}

TEST_F(DkimVerify, SendsNoEscapeSequencesToATerminal) {
    const Said said =
        verify({"--trace", "-m", "-"}, changed("Is dinner", "\x1b[2J\xc2\x9b\xff Is dinner"));
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("\\x1b[2J\\xc2\\x9b\\xff Is dinner"));
    EXPECT_EQ(said.out.find('\x1b'), std::string::npos);
}

TEST_F(DkimVerify, RefusesWithACodeAndAReason) {
    EXPECT_EQ(verify({}).code, 64);
    EXPECT_EQ(verify({"--message", "a", "b"}).code, 64);
    EXPECT_EQ(verify({"--time", "yesterday", kCase + "message.eml"}).code, 64);
    EXPECT_EQ(verify({"/nowhere/message.eml"}).code, 66);
    EXPECT_EQ(verify({"/"}).code, 66);
    const Said no_message = verify({"-m", "-"}, "no header\n\nbody\n");
    EXPECT_EQ(no_message.code, 65);
    EXPECT_THAT(no_message.err, HasSubstr("header line 1 is no field"));
}

} // namespace
} // namespace postern::tool
