#include "tools/postern/host.hpp"

#include "common/postfix/milter_client.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

namespace postern::tool {
namespace {

constexpr std::size_t kAccountBuffer = std::size_t{64} << 10;
constexpr std::chrono::milliseconds kProbeTimeout{3000};

} // namespace

std::optional<UserFacts> LocalHost::user(const std::string& name) const {
    std::vector<char> buffer(kAccountBuffer);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr)
        return std::nullopt;
    UserFacts user{.name = name, .uid = found->pw_uid, .groups = std::vector<gid_t>(64)};
    int count = static_cast<int>(user.groups.size());
    if (::getgrouplist(name.c_str(), found->pw_gid, user.groups.data(), &count) < 0) {
        user.groups.resize(static_cast<std::size_t>(count));
        ::getgrouplist(name.c_str(), found->pw_gid, user.groups.data(), &count);
    }
    user.groups.resize(static_cast<std::size_t>(count));
    return user;
}

std::string LocalHost::group_name(gid_t group) const {
    std::vector<char> buffer(kAccountBuffer);
    ::group entry{};
    ::group* found = nullptr;
    ::getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found);
    return found == nullptr ? std::to_string(group) : found->gr_name;
}

std::string LocalHost::user_name(uid_t user) const {
    std::vector<char> buffer(kAccountBuffer);
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found);
    return found == nullptr ? std::to_string(user) : found->pw_name;
}

std::optional<PathFacts> LocalHost::path(const std::string& path) const {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return PathFacts{.mode = status.st_mode, .owner = status.st_uid, .group = status.st_gid};
}

std::string LocalHost::real_path(const std::string& path) const {
    std::error_code error;
    const auto real = std::filesystem::weakly_canonical(path, error);
    return error ? std::filesystem::path(path).lexically_normal().string() : real.string();
}

Result<void> LocalHost::probe_milter(const SocketAddress& address) const {
    SocketAddress target = address;
    // A daemon that listens on every address is asked on the loopback one.
    if (target.kind != SocketAddress::Kind::Unix &&
        (target.host.empty() || target.host == "*" || target.host == "0.0.0.0"))
        target.host = target.kind == SocketAddress::Kind::Inet6 ? "::1" : "127.0.0.1";
    if (target.host == "::") target.host = "::1";
    postfix::MilterClient client({.address = target,
                                  .timeouts = {.connect = kProbeTimeout,
                                               .command = kProbeTimeout,
                                               .content = kProbeTimeout}});
    client.open();
    if (!client.error().empty()) return fail(client.error());
    client.quit();
    return {};
}

bool may(const UserFacts& user, const PathFacts& facts, mode_t bits) noexcept {
    if (user.uid == 0) return true;
    mode_t granted = facts.mode & 07U;
    if (facts.owner == user.uid)
        granted = facts.mode >> 6U & 07U;
    else if (std::find(user.groups.begin(), user.groups.end(), facts.group) != user.groups.end())
        granted = facts.mode >> 3U & 07U;
    return (granted & bits) == bits;
}

std::optional<std::string> closed_directory(const Host& host, const UserFacts& user,
                                            const std::string& path, const std::string& below) {
    std::size_t at = below.empty() ? 0 : below.size();
    while (true) {
        const std::size_t slash = path.find('/', at);
        if (slash == std::string::npos) return std::nullopt;
        at = slash + 1;
        const std::string directory = slash == 0 ? "/" : path.substr(0, slash);
        if (directory == below) continue;
        const auto facts = host.path(directory);
        if (!facts) return std::nullopt;
        if (!may(user, *facts, kSearch)) return directory;
    }
}

std::string describe(const Host& host, const PathFacts& facts) {
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", static_cast<unsigned>(facts.mode & 07777U));
    return std::string(mode.data()) + " " + host.user_name(facts.owner) + ":" +
           host.group_name(facts.group);
}

} // namespace postern::tool
