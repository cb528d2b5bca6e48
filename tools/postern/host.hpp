// What the checks ask the machine: users, files, and whether a socket answers. Behind an interface,
// so that the checks are pure and tests describe a machine.
#pragma once

#include "common/base/result.hpp"
#include "common/base/socket_address.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace postern::tool {

struct UserFacts {
    std::string name;
    uid_t uid = 0;
    std::vector<gid_t> groups; ///< the primary one and all others
};

struct PathFacts {
    mode_t mode = 0; ///< with the type of file
    uid_t owner = 0;
    gid_t group = 0;
};

class Host {
public:
    virtual ~Host() = default;
    [[nodiscard]] virtual std::optional<UserFacts> user(const std::string& name) const = 0;
    /// "postfix", or the number when it has no name.
    [[nodiscard]] virtual std::string group_name(gid_t group) const = 0;
    [[nodiscard]] virtual std::string user_name(uid_t user) const = 0;
    /// Symbolic links are followed.
    [[nodiscard]] virtual std::optional<PathFacts> path(const std::string& path) const = 0;
    /// The path without symbolic links, `.` and `..` as far as it exists.
    [[nodiscard]] virtual std::string real_path(const std::string& path) const = 0;
    /// Connects and negotiates as Postfix does. The error is one sentence.
    [[nodiscard]] virtual Result<void> probe_milter(const SocketAddress& address) const = 0;
};

/// This machine.
class LocalHost final : public Host {
public:
    [[nodiscard]] std::optional<UserFacts> user(const std::string& name) const override;
    [[nodiscard]] std::string group_name(gid_t group) const override;
    [[nodiscard]] std::string user_name(uid_t user) const override;
    [[nodiscard]] std::optional<PathFacts> path(const std::string& path) const override;
    [[nodiscard]] std::string real_path(const std::string& path) const override;
    [[nodiscard]] Result<void> probe_milter(const SocketAddress& address) const override;
};

/// Bits of one class of permissions.
inline constexpr mode_t kRead = 4, kWrite = 2, kSearch = 1;

/// May the user, by mode bits alone? Root may.
bool may(const UserFacts& user, const PathFacts& facts, mode_t bits) noexcept;

/// The first directory above `path`, from `below` (exclusive; empty: from the root directory) on,
/// that the user may not search; nothing when all can be passed or one is missing.
std::optional<std::string> closed_directory(const Host& host, const UserFacts& user,
                                            const std::string& path, const std::string& below = {});

/// "drwxr-x---"-like mode in octal with owner and group: "0640 root:postern"
std::string describe(const Host& host, const PathFacts& facts);

} // namespace postern::tool
