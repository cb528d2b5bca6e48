// Becoming an ordinary user, for good.
#pragma once

#include "common/base/result.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace postern::daemon {

struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups; ///< supplementary, gid among them
    friend bool operator==(const User&, const User&) = default;
};

/// "name" or "name:group", names or numbers, looked up in the system's databases.
Result<User> find_user(std::string_view text);
Result<gid_t> find_group(std::string_view text);

/// Groups, gid, uid, in this order, and proof that root cannot be had back; also no_new_privs and
/// no core dumps of a process that holds keys. Before any other thread runs.
Result<void> drop_privileges(const User& user);

} // namespace postern::daemon
