#include "common/daemon/process_options.hpp"

#include "common/base/socket_address.hpp"

namespace postern::daemon {

ProcessConfig read_process_config(config::Reader& section) {
    ProcessConfig process;
    for (const config::Value& value : section.values("listen")) {
        auto address = SocketAddress::parse(value.text);
        if (address)
            process.listen.push_back(std::move(*address));
        else
            section.problem("listen", value, address.error().message);
    }
    process.sockets.mode = section.mode("socket-mode");
    if (section.is_set("socket-group")) {
        const auto group = find_group(section.text("socket-group"));
        if (group)
            process.sockets.group = *group;
        else
            section.problem("socket-group", group.error().message,
                            "name a group of this host, such as postfix");
    }
    if (section.is_set("user")) {
        auto user = find_user(section.text("user"));
        if (user)
            process.user = std::move(*user);
        else
            section.problem("user", user.error().message,
                            "name a user of this host, or user:group");
    }
    if (process.user) process.sockets.owner = process.user->uid;
    process.pid_file = section.path("pid-file");
    process.stop_timeout = section.duration("stop-timeout");
    return process;
}

} // namespace postern::daemon
