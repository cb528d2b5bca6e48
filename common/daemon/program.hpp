// The skeleton of every daemon: command line, configuration, log, sockets, keys, privileges, ready,
// run, reload, stop. Whoever has read one daemon has read all.
//
//     int main(int argc, char** argv) {
//         postern::sign::SignProgram program;
//         return postern::daemon::run(argc, argv, program);
//     }
#pragma once

#include "common/base/log.hpp"
#include "common/config/problem.hpp"
#include "common/config/settings.hpp"
#include "common/daemon/listener.hpp"
#include "common/daemon/process_options.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::daemon {

/// What a daemon brings. All of it is called on the main thread, in the order of the declarations.
class Program {
public:
    virtual ~Program() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;    ///< "postern-sign"
    [[nodiscard]] virtual std::string_view purpose() const = 0; ///< one sentence, for --help
    /// Everything it reads; [log] first, then its own, whose table has process_options() in it.
    [[nodiscard]] virtual std::span<const config::Section> sections() const = 0;
    [[nodiscard]] virtual std::string_view own_section() const = 0;

    struct Prepared {
        config::Problems problems; ///< any: nothing changes
        config::Problems warnings; ///< for the log
    };
    /// Builds a whole new snapshot: validates, reads keys and tables. At start as the user who
    /// started us, later as the user we became. Changes nothing that runs.
    virtual Prepared prepare(const config::Settings& settings, const ProcessConfig& process,
                             Log& log) = 0;
    /// The prepared snapshot is the one new messages get from now on.
    virtual void commit() noexcept = 0;
    /// Serves these sockets from threads of its own, and returns. Signals are blocked for those
    /// threads.
    virtual Result<void> start(std::vector<Listener> listeners) = 0;
    /// Readable when serving ended by itself, which ends the daemon; -1: never.
    [[nodiscard]] virtual int ended_fd() const { return -1; }
    /// No new messages; those under way finish, for as long as `timeout`. Returns when nothing runs
    /// any more.
    virtual void stop(std::chrono::milliseconds timeout) = 0;
};

/// The whole life of the daemon. Gives the exit code of sysexits(3): 0 stopped by a signal, 64
/// usage, 69 socket, 71 system, 77 privileges, 78 configuration.
int run(int argc, const char* const* argv, Program& program);

} // namespace postern::daemon
