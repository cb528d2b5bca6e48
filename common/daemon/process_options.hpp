// The options every daemon of the suite has in its section: sockets, user, how long stopping may
// take.
#pragma once

#include "common/base/socket_address.hpp"
#include "common/config/option.hpp"
#include "common/config/reader.hpp"
#include "common/daemon/listener.hpp"
#include "common/daemon/privileges.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace postern::daemon {

/// The table; `listen` is the socket a daemon has when the configuration names none.
constexpr std::array<config::Option, 6> process_options(std::string_view listen) {
    return {{
        {.name = "listen",
         .kind = config::Kind::Text,
         .default_value = listen,
         .help = "Socket to listen on; may be given several times. unix:/path, inet:host:port, "
                 "inet6:host:port, or "
                 "OpenDKIM's local:/path and inet:port@host. A stale socket file is replaced, a "
                 "live one is not.",
         .times = config::Times::Many,
         .reload = config::Reload::Restart},
        {.name = "socket-mode",
         .kind = config::Kind::Mode,
         .default_value = "0660",
         .help = "Permission bits of unix sockets.",
         .reload = config::Reload::Restart},
        {.name = "socket-group",
         .kind = config::Kind::Text,
         .default_value = "",
         .help = "Group of unix sockets; Postfix's daemons run as group postfix.",
         .example = "postfix",
         .reload = config::Reload::Restart},
        {.name = "user",
         .kind = config::Kind::Text,
         .default_value = "",
         .help = "User, or user:group, to become once sockets are open and keys are read. Empty: "
                 "stay who "
                 "started us.",
         .example = "postern-sign",
         .reload = config::Reload::Restart},
        {.name = "pid-file",
         .kind = config::Kind::Path,
         .default_value = "",
         .help = "File that holds the process id while the daemon runs.",
         .example = "/run/postern/sign.pid",
         .reload = config::Reload::Restart},
        {.name = "stop-timeout",
         .kind = config::Kind::Duration,
         .default_value = "30s",
         .help = "How long SIGTERM waits for messages under way to finish.",
         .reload = config::Reload::Live},
    }};
}

struct ProcessConfig {
    std::vector<SocketAddress> listen;
    ListenOptions sockets;
    std::optional<User> user;
    std::string pid_file; ///< empty: none
    std::chrono::seconds stop_timeout{30};
};

/// `section` of a table that has process_options() in it.
ProcessConfig read_process_config(config::Reader& section);

} // namespace postern::daemon
