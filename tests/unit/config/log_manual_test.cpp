// postern-log(7) has every key of every log line, and no others: keys are an interface.

#include "tests/support/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>

namespace postern::testing_support {
namespace {

namespace fs = std::filesystem;

/// Keys given as literals to LogLine::add and add_ms. Files that make no LogLine are passed over.
std::set<std::string> keys_in_the_source() {
    static const std::regex kAdd("\\badd(?:_ms)?\\(\"([a-z0-9-]+)\"");
    std::set<std::string> keys;
    for (const char* room : {"common", "milters", "policyd"}) {
        const fs::path directory = fs::path(POSTERN_SOURCE_DIR) / room;
        if (!fs::exists(directory)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(directory)) {
            if (entry.path().extension() != ".cpp") continue;
            const std::string text = read_text(entry.path());
            if (text.find("LogLine") == std::string::npos) continue;
            for (std::sregex_iterator add(text.begin(), text.end(), kAdd), end; add != end; ++add)
                keys.insert((*add)[1]);
        }
    }
    return keys;
}

std::set<std::string> keys_in_the_manual() {
    static const std::regex kItem("\n\\.It Ic ([a-z0-9-]+)");
    const std::string page = read_text(POSTERN_SOURCE_DIR "/man/postern-log.7");
    std::set<std::string> keys;
    for (std::sregex_iterator item(page.begin(), page.end(), kItem), end; item != end; ++item)
        keys.insert((*item)[1]);
    return keys;
}

TEST(LogManual, HasEveryKeyAndNoOther) {
    EXPECT_THAT(keys_in_the_source(), testing::Contains("action")) << "the search finds nothing";
    EXPECT_EQ(keys_in_the_manual(), keys_in_the_source());
}

} // namespace
} // namespace postern::testing_support
