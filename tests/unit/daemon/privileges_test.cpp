// Users, groups, and becoming one for good.
#include "common/daemon/privileges.hpp"

#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace postern::daemon {
namespace {

TEST(FindUser, ByNameAndNumber) {
    const auto name = find_user("nobody");
    ASSERT_TRUE(name) << name.error().message;
    const auto number = find_user(std::to_string(name->uid));
    ASSERT_TRUE(number);
    EXPECT_EQ(*name, *number);
    EXPECT_THAT(name->groups, testing::Contains(name->gid));
}

TEST(FindUser, GroupAfterAColon) {
    const auto user = find_user("nobody:12345");
    ASSERT_TRUE(user);
    EXPECT_EQ(user->gid, 12345U);
    const auto named = find_user("nobody:root");
    ASSERT_TRUE(named);
    EXPECT_EQ(named->gid, 0U);
}

TEST(FindUser, UnknownNamesAreErrors) {
    EXPECT_FALSE(find_user("no-such-user-here"));
    EXPECT_FALSE(find_user(""));
    EXPECT_FALSE(find_user("nobody:no-such-group-here"));
    EXPECT_FALSE(find_group("no-such-group-here"));
}

/// Runs `check` in a child, which may lose its privileges; its result is the exit code.
template <class Check> int in_child(Check check) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(check());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DropPrivileges, CannotBeUndone) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root has privileges to drop";
    const auto nobody = find_user("nobody");
    ASSERT_TRUE(nobody);
    EXPECT_EQ(in_child([&] {
                  if (!drop_privileges(*nobody)) return 1;
                  if (::getuid() != nobody->uid || ::geteuid() != nobody->uid) return 2;
                  if (::getgid() != nobody->gid || ::getegid() != nobody->gid) return 3;
                  if (::setuid(0) == 0 || ::seteuid(0) == 0 || ::setgid(0) == 0) return 4;
                  if (::getgroups(0, nullptr) != static_cast<int>(nobody->groups.size())) return 5;
                  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 6;
                  if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 7;
                  if (::access("/etc/shadow", R_OK) == 0) return 8;
                  return 0;
              }),
              0);
}

TEST(DropPrivileges, OnlyRootBecomesAnother) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become nobody first";
    const auto nobody = find_user("nobody");
    const auto root = find_user("root");
    ASSERT_TRUE(nobody && root);
    EXPECT_EQ(in_child([&] {
                  if (!drop_privileges(*nobody)) return 1;
                  if (drop_privileges(*root)) return 2;
                  return drop_privileges(*nobody) ? 0 : 3; // who we are already
              }),
              0);
}

} // namespace
} // namespace postern::daemon
