#include "common/daemon/privileges.hpp"

#include "common/base/file.hpp"
#include "common/base/text.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace postern::daemon {

Result<gid_t> find_group(std::string_view text) {
    if (const auto number = parse_number<gid_t>(text)) return *number;
    const std::string name(text);
    std::vector<char> buffer(16384);
    group entry{};
    group* found = nullptr;
    if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
        return fail("no group " + name);
    return entry.gr_gid;
}

Result<User> find_user(std::string_view text) {
    const auto halves = cut(text, ':');
    const std::string name(halves ? halves->before : text);
    std::vector<char> buffer(16384);
    passwd entry{};
    passwd* found = nullptr;
    const auto number = parse_number<uid_t>(name);
    const int error =
        number ? ::getpwuid_r(*number, &entry, buffer.data(), buffer.size(), &found)
               : ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (error != 0 || found == nullptr) return fail("no user " + name);
    User user{.name = entry.pw_name, .uid = entry.pw_uid, .gid = entry.pw_gid, .groups = {}};
    if (halves) {
        const auto group = find_group(halves->after);
        if (!group) return fail(group.error().message);
        user.gid = *group;
    }
    int count = 256;
    user.groups.resize(static_cast<std::size_t>(count));
    if (::getgrouplist(user.name.c_str(), user.gid, user.groups.data(), &count) < 0)
        return fail("user " + name + " is in more than 256 groups");
    user.groups.resize(static_cast<std::size_t>(count));
    return user;
}

Result<void> drop_privileges(const User& user) {
    const auto broken = [](const char* call) {
        return fail(std::string(call) + ": " + errno_text(errno));
    };
    if (::geteuid() == 0) {
        if (::setgroups(user.groups.size(), user.groups.data()) != 0) return broken("setgroups");
        if (::setresgid(user.gid, user.gid, user.gid) != 0) return broken("setresgid");
        if (::setresuid(user.uid, user.uid, user.uid) != 0) return broken("setresuid");
        if (user.uid != 0 && (::setuid(0) == 0 || ::seteuid(0) == 0))
            return fail("root could be had back after becoming " + user.name);
    } else if (::geteuid() != user.uid) {
        return fail("only root can become user " + user.name);
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return broken("prctl(PR_SET_NO_NEW_PRIVS)");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return broken("prctl(PR_SET_DUMPABLE)");
    return {};
}

} // namespace postern::daemon
