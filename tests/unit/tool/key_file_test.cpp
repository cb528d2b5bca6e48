#include "common/base/file.hpp"
#include "tools/postern/key_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace postern::tool {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class KeyFileTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "keysXXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        place_ = pattern;
    }
    void TearDown() override { fs::remove_all(place_); }
    std::size_t files_in(const std::string& directory) const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
    }
    std::string place_;
};

TEST_F(KeyFileTest, IsReadableForOwnerAndGroupOnly) {
    const mode_t before = ::umask(0); // the modes are ours, not the umask's
    EXPECT_TRUE(make_key_directory(place_ + "/keys/example.org", std::nullopt));
    const auto written =
        write_new_key_file(place_ + "/keys/example.org/s.pem", "key", std::nullopt);
    ::umask(before);
    ASSERT_TRUE(written) << written.error().message;
    const auto file = read_file(place_ + "/keys/example.org/s.pem", 100);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->text, "key");
    EXPECT_EQ(file->mode & 07777U, 0640U);
    for (const char* directory : {"/keys", "/keys/example.org"}) {
        struct stat status {};
        ASSERT_EQ(::stat((place_ + directory).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0750U) << directory;
    }
    EXPECT_EQ(files_in(place_ + "/keys/example.org"), 1U) << "nothing temporary is left";
}

TEST_F(KeyFileTest, IsNotOverwritten) {
    std::ofstream(place_ + "/s.pem") << "old";
    const auto written = write_new_key_file(place_ + "/s.pem", "new", std::nullopt);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr(place_ + "/s.pem exists already"));
    EXPECT_EQ(read_file(place_ + "/s.pem", 100)->text, "old");
    EXPECT_EQ(files_in(place_), 1U);
}

TEST_F(KeyFileTest, IsNotWrittenThroughASymbolicLink) {
    fs::create_symlink(place_ + "/elsewhere", place_ + "/s.pem");
    EXPECT_FALSE(write_new_key_file(place_ + "/s.pem", "new", std::nullopt));
    EXPECT_FALSE(fs::exists(place_ + "/elsewhere"));
}

TEST_F(KeyFileTest, IsMadeByOneOfManyAtOnce) {
    std::atomic<int> made{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            if (write_new_key_file(place_ + "/s.pem", std::to_string(i), std::nullopt)) ++made;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(files_in(place_), 1U);
}

TEST_F(KeyFileTest, GetsTheGroup) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file to any group";
    ASSERT_TRUE(make_key_directory(place_ + "/d", 1234));
    ASSERT_TRUE(write_new_key_file(place_ + "/d/s.pem", "k", 1234));
    EXPECT_EQ(read_file(place_ + "/d/s.pem", 10)->group, 1234U);
    struct stat status {};
    ASSERT_EQ(::stat((place_ + "/d").c_str(), &status), 0);
    EXPECT_EQ(status.st_gid, 1234U);
}

TEST_F(KeyFileTest, NeedsADirectoryThatIsOne) {
    std::ofstream(place_ + "/file") << "x";
    const auto made = make_key_directory(place_ + "/file", std::nullopt);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr("is not a directory"));
    EXPECT_FALSE(write_new_key_file(place_ + "/none/s.pem", "k", std::nullopt));
}

} // namespace
} // namespace postern::tool
