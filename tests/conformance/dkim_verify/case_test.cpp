// What others' test suites expect of messages and keys, one test a folder of cases/ (see
// README.md).
#include "common/base/file.hpp"
#include "common/dkim/verifier.hpp"
#include "common/dns/fixture.hpp"
#include "common/message/tag_list.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace postern::dkim {
namespace {

using Json = nlohmann::json;

const std::filesystem::path kCases = POSTERN_SOURCE_DIR "/tests/conformance/dkim_verify/cases";

/// The sources pass these; we never pass what lets anybody append to the body (RFC 6376 8.2). The
/// verdict has to be this and for this reason, which is given only where all else would have
/// passed.
const std::map<std::string, std::string> kPolicy{
    {"dkimpy--test_l_verify-1", "l= leaves 17 octets unsigned"},
    {"go-dkim--signedRelaxedRelaxedLength", "l= leaves 63 octets unsigned"},
    {"go-dkim--signedSimpleSimpleLength", "l= leaves 92 octets unsigned"},
    {"opendkim--test28", "l= leaves 26 octets unsigned"},
    {"opendkim--test30", "l= leaves 26 octets unsigned"},
    {"opendkim--test31", "l= leaves 26 octets unsigned"},
};

std::vector<std::string> case_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kCases))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string read(const std::filesystem::path& path) {
    const auto file = read_file(path.string(), 16 << 20);
    EXPECT_TRUE(file) << path;
    return file ? file->text : std::string();
}

/// As on the wire: every line ends in CRLF, whatever the file has.
std::string with_crlf(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
        out += text[i];
    }
    return out;
}

std::vector<Verdict> verify(const std::string& name, std::int64_t time) {
    const std::string text = with_crlf(read(kCases / name / "message.eml"));
    const auto parsed = message::HeaderBlock::parse(text);
    auto dns = dns::FixtureResolver::read((kCases / name / "dns.json").string());
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
    EXPECT_TRUE(dns) << (dns ? "" : dns.error().message);
    if (!parsed || !dns) return {};
    Verifier verifier(parsed->headers, {.now = time});
    verifier.body(std::string_view(text).substr(parsed->body_start));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    return verifier.finish(dns->ask(verifier.questions(), {.at = deadline}));
}

/// d=, s=, a= are in `expect.json` without white space. Of a field that could not be read we may
/// have none.
bool is_of(const Verdict& verdict, const Json& row) {
    const auto same = [](const std::string& ours, const Json& theirs) {
        return ours.empty() || theirs.is_null() || theirs.get<std::string>().empty() ||
               message::without_folding(ours) == theirs.get<std::string>();
    };
    return same(verdict.domain, row["d"]) && same(verdict.selector, row["s"]) &&
           same(verdict.algorithm, row["a"]);
}

bool is_good(const Verdict& verdict, const Json& row) {
    if (verdict.status == Status::Pass && row.value("rfc8301", false)) return false;
    const std::string word(to_string(verdict.status));
    const Json accept = row.value("accept", Json::array());
    return row["result"] == word || std::find(accept.begin(), accept.end(), word) != accept.end();
}

class PublishedCase : public testing::TestWithParam<std::string> {};

TEST_P(PublishedCase, HasTheResultOfItsSource) {
    const Json expect = Json::parse(read(kCases / GetParam() / "expect.json"));
    // Messages whose signatures have no time in them: any time will do.
    const std::int64_t time =
        expect["verify_time"].is_null() ? 1'000'000'000 : expect["verify_time"].get<std::int64_t>();
    const std::vector<Verdict> verdicts = verify(GetParam(), time);
    const Json& rows = expect["results"];

    std::size_t next = 0;
    for (const Json& row : rows) {
        if (next == verdicts.size() || !is_of(verdicts[next], row)) {
            EXPECT_TRUE(row.value("may_omit", false)) << "no verdict for " << row;
            continue;
        }
        const Verdict& verdict = verdicts[next++];
        const std::string said = std::string(to_string(verdict.status)) + " (" + verdict.reason +
                                 ") " + verdict.diagnosis;
        if (!row.value("scored", true)) {
            std::cout << "not counted: ours " << said << ", source " << row["result"] << ": "
                      << row.value("note", "") << '\n';
            continue;
        }
        if (kPolicy.contains(GetParam())) {
            EXPECT_EQ(row["result"], "pass");
            EXPECT_EQ(verdict.status, Status::Policy);
            EXPECT_EQ(verdict.reason, kPolicy.at(GetParam()));
            continue;
        }
        EXPECT_TRUE(is_good(verdict, row)) << said << " instead of " << row;
    }
    EXPECT_EQ(next, verdicts.size()) << "more verdicts than signatures";

    // What the whole message comes to: a pass, if any signature passes.
    const auto passes = std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& verdict) {
        return verdict.status == Status::Pass;
    });
    const bool scored = std::all_of(rows.begin(), rows.end(),
                                    [](const Json& row) { return row.value("scored", true); });
    const bool wanted = expect["overall"] == "pass" && !kPolicy.contains(GetParam());
    EXPECT_TRUE(!scored || (passes > 0) == wanted);
    EXPECT_EQ(rows.empty(), expect["overall"] == "none");
}

INSTANTIATE_TEST_SUITE_P(Cases, PublishedCase, testing::ValuesIn(case_names()),
                         [](const auto& row) {
                             std::string name = row.param;
                             for (char& c : name)
                                 if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                             return name;
                         });

TEST(PublishedCases, AreAllThere) {
    const auto names = case_names();
    EXPECT_EQ(names.size(), 183U);
    for (const auto& [name, reason] : kPolicy)
        EXPECT_TRUE(std::binary_search(names.begin(), names.end(), name)) << name;
}

} // namespace
} // namespace postern::dkim
