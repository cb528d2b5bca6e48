// The sections of every program: they read their own defaults, postern.conf(5) describes them, and
// contrib/postern.conf.sample is what they render to (UPDATE_GOLDEN=1 writes it anew; read the
// difference).

#include "common/config/log_options.hpp"
#include "common/config/render.hpp"
#include "common/config/settings.hpp"
#include "common/dns/options.hpp"
#include "milters/sign/options.hpp"
#include "milters/verify/options.hpp"
#include "tests/support/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace postern::config {
namespace {

using testing::IsEmpty;

/// [log] and [dns] once, then the sections of one program after the other.
std::vector<Section> every_section() {
    std::vector<Section> all{kLogSection, dns::kDnsSection};
    for (const auto& program : {sign::sections(), verify::sections()})
        for (const Section& section : program)
            if (std::none_of(all.begin(), all.end(),
                             [&](const Section& have) { return have.name == section.name; }))
                all.push_back(section);
    return all;
}

TEST(ProgramSections, AreKnownToTheSuite) {
    for (const Section& section : every_section())
        EXPECT_THAT(kSuiteSections, testing::Contains(section.name));
}

TEST(ProgramSections, AreDescribedInTheManualWithTheirDefaults) {
    const std::string page = testing_support::read_text(POSTERN_SOURCE_DIR "/man/postern.conf.5");
    for (const Section& section : every_section())
        EXPECT_THAT(testing_support::manual_differences(page, section), IsEmpty());
}

TEST(ProgramSections, AreInTheSampleFile) {
    const std::string path = POSTERN_SOURCE_DIR "/contrib/postern.conf.sample";
    const std::string sample = render_sample(every_section());
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << sample;
    EXPECT_EQ(testing_support::read_text(path), sample)
        << "UPDATE_GOLDEN=1 writes the file anew from the tables";
}

TEST(ProgramSections, ReadTheirOwnDefaultsAndExamples) {
    const std::vector<Section> sections = every_section();
    const auto defaults = Settings::parse(render_defaults(sections), "defaults", sections);
    EXPECT_TRUE(defaults) << to_text(defaults.error());
    for (const Section& section : sections)
        for (const Option& option : section.options) {
            EXPECT_FALSE(option.help.empty()) << option.name;
            EXPECT_THAT(std::string(option.help), testing::EndsWith(".")) << option.name;
            EXPECT_TRUE(!option.default_value.empty() || !option.example.empty())
                << option.name << ": the sample file shows a default or an example";
        }
}

} // namespace
} // namespace postern::config
