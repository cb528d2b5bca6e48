#include "common/base/file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace postern {
namespace {

TEST(File, ReadsWholeAndStampsChanges) {
    const std::string path = testing::TempDir() + "postern_file_test";
    std::ofstream(path) << "first";
    const auto first = read_file(path, 100);
    ASSERT_TRUE(first.has_value()) << first.error().message;
    EXPECT_EQ(first->text, "first");
    EXPECT_EQ(*stat_file(path), first->stamp);
    std::ofstream(path) << "second one";
    EXPECT_NE(*stat_file(path), first->stamp);
    EXPECT_EQ(read_file(path, 3).error().message, path + ": larger than 3 bytes");
    std::filesystem::remove(path);
    EXPECT_EQ(read_file(path, 3).error().message, path + ": No such file or directory");
    EXPECT_EQ(read_file("/", 3).error().message, "/: not a regular file");
}

} // namespace
} // namespace postern
