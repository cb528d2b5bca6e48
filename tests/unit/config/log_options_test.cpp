#include "common/config/log_options.hpp"

#include <gtest/gtest.h>

namespace postern::config {
namespace {

TEST(LogOptions, DefaultsAreThoseOfTheStruct) {
    Problems problems;
    const std::array sections{kLogSection};
    EXPECT_EQ(read_log_config(*Settings::parse("", "p.conf", sections), problems), LogConfig{});
    EXPECT_TRUE(problems.empty());
}

TEST(LogOptions, AreRead) {
    Problems problems;
    const std::array sections{kLogSection};
    const auto settings =
        Settings::parse("[log]\ntarget=syslog\nfacility=local3\nlevel=debug\n", "p.conf", sections);
    EXPECT_EQ(
        read_log_config(*settings, problems),
        (LogConfig{.target = LogTarget::Syslog, .facility = "local3", .level = LogLevel::Debug}));
    EXPECT_TRUE(problems.empty());
}

} // namespace
} // namespace postern::config
