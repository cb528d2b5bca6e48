// Starts one of our daemons for the time of a run, on a socket in a temporary directory.
//
//     auto daemon = SpawnedDaemon::start({.command = "postern-sign -c FILE"});
//     ... use daemon->address() ...
//     Result<void> end = daemon->stop();      // an error says how it died before its time
#pragma once

#include "common/base/result.hpp"
#include "common/base/socket_address.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::replay {

class SpawnedDaemon {
public:
    /// A signer asks no DNS and takes no time: for it, recording and pinning do nothing.
    struct Request {
        std::string command;
        std::string section;              ///< of its listen option; empty: see below
        std::string dns;                  ///< fixture in place of DNS; empty: real DNS
        bool record_dns = false;          ///< it writes down what DNS said, see keep_dns()
        std::optional<std::int64_t> time; ///< Unix time it shall believe to live at
    };
    /// Adds `-o SECTION.listen=unix:...` to the command, and -o for what else is asked, and waits
    /// until it listens. An empty section is the program's name after its last dash ("sign" of
    /// "postern-sign"). A program without a slash is looked for beside this one first, then in
    /// PATH.
    static Result<SpawnedDaemon> start(const Request& request);
    SpawnedDaemon(SpawnedDaemon&& other) noexcept;
    SpawnedDaemon& operator=(SpawnedDaemon&&) = delete;
    ~SpawnedDaemon();

    [[nodiscard]] const SocketAddress& address() const noexcept { return address_; }
    /// Copies what DNS said to `path`; nothing to do if the daemon asks no DNS. After stop().
    Result<void> keep_dns(const std::string& path) const;
    /// SIGTERM, and SIGKILL if that does not help within ten seconds.
    Result<void> stop();

private:
    SpawnedDaemon() = default;
    [[nodiscard]] bool ended(bool wait);
    [[nodiscard]] std::string how_it_ended() const;

    pid_t pid_ = -1;
    int status_ = 0;
    std::string name_, directory_, dns_record_;
    SocketAddress address_;
};

/// Words of a command line as a shell would cut it, with ' " and \ but nothing else.
Result<std::vector<std::string>> command_words(std::string_view command);

} // namespace postern::replay
