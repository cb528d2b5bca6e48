#include "milters/sign/key_ring.hpp"
#include "tests/unit/sign/key_place.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace postern::sign {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

class Ring : public testing::Test {
protected:
    crypto::KeyType type(const std::string& path) {
        const auto key = ring().file(path)->key();
        if (!key) throw std::runtime_error(key.error().message);
        return (*key)->type();
    }
    KeyRing& ring() {
        if (!ring_) {
            options_.warn = [this](const std::string& line) {
                const std::lock_guard lock(mutex_);
                said_ += line + "\n";
            };
            ring_.emplace(clock_, options_);
        }
        return *ring_;
    }
    std::string take_said() { return std::exchange(said_, {}); }

    KeyPlace place_;
    FixedClock clock_{today()};
    KeyRingOptions options_;
    std::mutex mutex_;
    std::string said_;
    std::optional<KeyRing> ring_;
};

TEST_F(Ring, KeyOverwrittenInPlaceIsNoticedWithinASecondNotBefore) {
    const std::string path = place_.write("k.pem", rsa_pem());
    const auto file = ring().file(path);
    EXPECT_EQ((*file->key())->type(), crypto::KeyType::Rsa);
    place_.write("k.pem", ed25519_pem());
    EXPECT_EQ((*file->key())->type(), crypto::KeyType::Rsa);
    clock_.advance(seconds(1));
    EXPECT_EQ((*file->key())->type(), crypto::KeyType::Ed25519);
    EXPECT_EQ(take_said(), "");
}

TEST_F(Ring, KeyReplacedByRenameIsNoticed) {
    const std::string path = place_.write("k.pem", rsa_pem());
    const auto file = ring().file(path);
    EXPECT_EQ((*file->key())->type(), crypto::KeyType::Rsa);
    place_.write("new", ed25519_pem());
    std::filesystem::rename(place_.path("new"), path);
    clock_.advance(seconds(1));
    EXPECT_EQ((*file->key())->type(), crypto::KeyType::Ed25519);
}

TEST_F(Ring, SecondWriteWithinTheSameTickIsNoticed) {
    const std::string one = crypto::PrivateKey::generate(crypto::KeyType::Ed25519)->pem();
    const std::string two = crypto::PrivateKey::generate(crypto::KeyType::Ed25519)->pem();
    ASSERT_EQ(one.size(), two.size());
    const std::string path = place_.write("k.pem", one);
    struct stat before {};
    ::stat(path.c_str(), &before);
    const auto file = ring().file(path);
    const auto first = (*file->key())->public_key();
    place_.write("k.pem", two);
    const std::array<timespec, 2> times{before.st_atim, before.st_mtim};
    ::utimensat(AT_FDCWD, path.c_str(), times.data(), 0); // the stamp of the first write
    clock_.advance(seconds(1));
    EXPECT_NE((*file->key())->public_key(), first);
}

TEST_F(Ring, BrokenNewFileKeepsTheOldKeyAndWarnsOnce) {
    const std::string path = place_.write("k.pem", rsa_pem());
    const auto file = ring().file(path);
    const auto old = *file->key();
    place_.write("k.pem", "no key\n");
    for (int i = 0; i < 5; ++i) {
        clock_.advance(seconds(1));
        EXPECT_EQ(*file->key(), old);
    }
    const std::string said = take_said();
    EXPECT_THAT(said, HasSubstr(path));
    EXPECT_THAT(said, HasSubstr("signing goes on with the old key"));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);

    std::filesystem::remove(path);
    clock_.advance(seconds(1));
    EXPECT_EQ(*file->key(), old);
    EXPECT_THAT(take_said(), HasSubstr("No such file"));

    place_.write("k.pem", ed25519_pem());
    clock_.advance(seconds(1));
    EXPECT_EQ((*file->key())->type(), crypto::KeyType::Ed25519);
    EXPECT_THAT(take_said(), HasSubstr("good again"));
}

TEST_F(Ring, TouchedFileIsNotParsedAnew) {
    const std::string path = place_.write("k.pem", rsa_pem());
    const auto file = ring().file(path);
    const auto before = *file->key();
    place_.write("k.pem", rsa_pem());
    clock_.advance(seconds(5));
    EXPECT_EQ(*file->key(), before);
}

TEST_F(Ring, MissingFileIsAnErrorUntilItIsThere) {
    const std::string path = place_.path("k.pem");
    const auto file = ring().file(path);
    EXPECT_EQ(file->key().error().message, path + ": No such file or directory");
    place_.write("k.pem", ed25519_pem());
    EXPECT_FALSE(file->key());
    clock_.advance(seconds(1));
    EXPECT_TRUE(file->key());
}

TEST_F(Ring, BigFilesAndDirectoriesAreRefused) {
    EXPECT_FALSE(ring().file(place_.write("big", std::string(KeyFile::kMaxBytes + 1, 'x')))->key());
    EXPECT_FALSE(ring().file(place_.path())->key());
}

TEST_F(Ring, UnsafePermissionsAreToldOrRefused) {
    const std::string path = place_.write("k.pem", rsa_pem(), 0644);
    const auto file = ring().file(path);
    EXPECT_TRUE(file->key());
    EXPECT_EQ(file->unsafe(), "mode 0644: others can read it");
    EXPECT_THAT(take_said(), HasSubstr("others can read it"));
    EXPECT_THAT(ring().file(place_.write("g.pem", rsa_pem(), 0660))->unsafe(), "");
    const auto group = ring().file(place_.path("g.pem"));
    EXPECT_TRUE(group->load());
    EXPECT_EQ(group->unsafe(), "mode 0660: its group can write it");

    KeyRing strict(clock_, {.refuse_unsafe = true});
    EXPECT_THAT(strict.file(path)->key().error().message, HasSubstr("refused, mode 0644"));
    place_.write("ok.pem", rsa_pem(), 0640);
    EXPECT_TRUE(strict.file(place_.path("ok.pem"))->key());
}

TEST_F(Ring, SamePathSameObjectAndForgottenAfterUse) {
    auto file = ring().file("/x");
    EXPECT_EQ(file, ring().file("/x"));
    const std::weak_ptr<const KeyFile> weak = file;
    file.reset();
    EXPECT_TRUE(weak.expired());
}

TEST_F(Ring, PassingFilesAreBounded) {
    const std::weak_ptr<const KeyFile> first = ring().passing_file("/p/0");
    EXPECT_FALSE(first.expired());
    for (std::size_t i = 1; i <= KeyRing::kMaxPassing; ++i)
        (void)ring().passing_file("/p/" + std::to_string(i));
    EXPECT_TRUE(first.expired());
}

TEST_F(Ring, KnowsWhatMustBeReadBeforePrivilegesAreDropped) {
    options_.reader = KeyReader{.user = 54321, .groups = {54321}};
    const std::string open = place_.write("open/k.pem", rsa_pem(), 0644);
    ::chmod(place_.path().c_str(), 0755);
    ::chmod(place_.path("open").c_str(), 0755);
    EXPECT_FALSE(ring().must_read_now(open));
    EXPECT_TRUE(ring().must_read_now(place_.write("open/closed.pem", rsa_pem(), 0600)));
    const std::string hidden = place_.write("shut/k.pem", rsa_pem(), 0644);
    ::chmod(place_.path("shut").c_str(), 0700);
    EXPECT_TRUE(ring().must_read_now(hidden));
    KeyRing stays(clock_);
    EXPECT_FALSE(stays.must_read_now(hidden));
}

TEST_F(Ring, ManyThreadsWhileTheFileChanges) {
    const SystemClock clock;
    KeyRing shared(clock);
    const std::string path = place_.write("k.pem", ed25519_pem());
    std::atomic<int> bad{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int k = 0; k < 2000; ++k) {
                const auto key = shared.file(path)->key();
                if (!key || (*key)->bits() < 256) ++bad;
            }
        });
    for (int i = 0; i < 20; ++i) {
        place_.write("new", i % 2 == 0 ? rsa_pem() : ed25519_pem());
        std::filesystem::rename(place_.path("new"), path);
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(bad, 0);
}

} // namespace
} // namespace postern::sign
