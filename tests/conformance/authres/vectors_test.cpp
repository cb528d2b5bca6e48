// What five other readers of Authentication-Results make of a value, one test a row of parse.json
// (see README.md).
#include "common/authres/field.hpp"
#include "common/base/text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace postern::authres {
namespace {

using Json = nlohmann::json;

/// Rows outside of the grammar that we do not put up with, and why.
const std::map<std::string, std::string> kRefused{
    {"mail-ar-bogus-good-03",
     "a method without a result, like mimekit-FailureIncompleteMethod, which must be refused"}};

Json rows() {
    std::ifstream file(POSTERN_SOURCE_DIR "/tests/conformance/authres/parse.json");
    return Json::parse(file);
}

bool has_property(const MethodResult& result, const std::string& key, const std::string& value) {
    return std::any_of(result.properties.begin(), result.properties.end(), [&](const auto& found) {
        return (found.type.empty() ? found.name : found.type + "." + found.name) == key &&
               found.value == value;
    });
}

/// Does `found` have what the row lists, and nothing else unless it lists a part?
bool agrees(const MethodResult& found, const Json& wanted, bool partial) {
    if (wanted.contains("method") && found.method != wanted["method"]) return false;
    if (wanted.contains("result") && found.result != wanted["result"]) return false;
    if (wanted.contains("reason") && found.reason != wanted["reason"]) return false;
    const Json properties = wanted.value("props", Json::object());
    if (!partial && properties.size() != found.properties.size()) return false;
    for (const auto& [key, value] : properties.items())
        if (!has_property(found, key, value)) return false;
    return true;
}

class Vector : public testing::TestWithParam<Json> {};

TEST_P(Vector, IsReadAsItsSourceReadsIt) {
    const Json& row = GetParam();
    const auto found = parse(row["header"].get<std::string>());
    const std::string said = found ? "read" : "refused: " + found.error().message;
    if (!row.value("scored", true)) {
        std::cout << "not counted, " << row.value("note", "") << "; ours: " << said << '\n';
        GTEST_SKIP() << "disputed";
    }
    if (const auto refused = kRefused.find(row["id"]); refused != kRefused.end()) {
        EXPECT_FALSE(found) << "no longer refused";
        EXPECT_TRUE(row.value("relaxed", false)) << "only what is outside of the grammar";
        std::cout << refused->second << '\n';
        return;
    }
    ASSERT_EQ(found.has_value(), row["valid"].get<bool>()) << said;
    if (!found) return;

    if (row.contains("authserv_id") && !row["authserv_id"].is_null()) {
        EXPECT_EQ(found->authserv_id, row["authserv_id"].get<std::string>());
    }
    EXPECT_EQ(found->version, row.value("version", found->version));
    EXPECT_EQ(found->results.size(), row.value("count", found->results.size()));
    EXPECT_EQ(found->instance != 0, row.value("arc", false));
    const bool partial = row.value("partial", false);
    const Json wanted = row.value("results", Json::array());
    EXPECT_EQ(found->results.size(), partial ? found->results.size() : wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (row.value("unordered", false)) {
            EXPECT_TRUE(std::any_of(
                found->results.begin(), found->results.end(),
                [&](const MethodResult& result) { return agrees(result, wanted[i], partial); }))
                << wanted[i];
        } else {
            ASSERT_LT(i, found->results.size()) << wanted[i];
            EXPECT_TRUE(agrees(found->results[i], wanted[i], partial)) << wanted[i];
            EXPECT_EQ(found->results[i].version,
                      wanted[i].value("method_version", found->results[i].version));
        }
    }

    const auto again = parse(format(*found));
    ASSERT_TRUE(again) << again.error().message << " in what we write: " << format(*found);
    EXPECT_EQ(*again, *found) << "written by us it is the same";
}

INSTANTIATE_TEST_SUITE_P(Published, Vector, testing::ValuesIn(rows()), [](const auto& row) {
    std::string name = row.param["id"];
    for (char& c : name)
        if (!is_alpha(c) && !is_digit(c)) c = '_';
    return name;
});

TEST(Vectors, AreAllThere) { EXPECT_EQ(rows().size(), 102U) << "the suite as it was taken over"; }

} // namespace
} // namespace postern::authres
