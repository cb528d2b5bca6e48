// A machine as a test describes it.
#pragma once

#include "tools/postern/host.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace postern::tool {

class FakeHost final : public Host {
public:
    std::map<std::string, UserFacts> users;
    std::map<std::string, PathFacts> paths;
    std::map<gid_t, std::string> groups{{0, "root"}};
    std::map<uid_t, std::string> user_names{{0, "root"}};
    std::set<std::string> dead; ///< sockets (as text) at which nothing answers

    [[nodiscard]] std::optional<UserFacts> user(const std::string& name) const override {
        const auto found = users.find(name);
        return found == users.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] std::string group_name(gid_t group) const override {
        const auto found = groups.find(group);
        return found == groups.end() ? std::to_string(group) : found->second;
    }
    [[nodiscard]] std::string user_name(uid_t user) const override {
        const auto found = user_names.find(user);
        return found == user_names.end() ? std::to_string(user) : found->second;
    }
    [[nodiscard]] std::optional<PathFacts> path(const std::string& path) const override {
        const auto found = paths.find(path);
        return found == paths.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] std::string real_path(const std::string& path) const override {
        return std::filesystem::path(path).lexically_normal().string();
    }
    [[nodiscard]] Result<void> probe_milter(const SocketAddress& address) const override {
        if (dead.count(address.text()) > 0) return fail("Connection refused");
        return {};
    }
};

} // namespace postern::tool
