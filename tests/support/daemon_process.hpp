// A daemon, the echo milter unless told otherwise, as a process of its own: started, told by
// signals, ended, its stderr kept.
#pragma once

#include "common/base/socket_address.hpp"
#include "common/base/unique_fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace postern::testing_support {

/// A short path (unix sockets), removed with everything in it.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] std::string path(std::string_view name) const { return path_ / name; }
    std::string write(std::string_view name, std::string_view text) const;

private:
    std::filesystem::path path_;
};

class DaemonProcess {
public:
    /// `arguments` after the program's name. `environment`: "NAME=value" to add. `program`: in the
    /// build's bin.
    explicit DaemonProcess(std::vector<std::string> arguments,
                           std::vector<std::string> environment = {},
                           const std::string& program = "echo_milter");
    ~DaemonProcess(); ///< kills it if need be
    DaemonProcess(const DaemonProcess&) = delete;
    DaemonProcess& operator=(const DaemonProcess&) = delete;

    /// Did `text` come, or does it within `patience`?
    bool says(std::string_view text, std::chrono::milliseconds patience = std::chrono::seconds(20));
    bool ready() { return says("ready: listening on"); }
    void signal(int number) const;
    [[nodiscard]] bool alive();
    /// The exit code; 128 + the signal that ended it; nothing if it lives on.
    std::optional<int> wait(std::chrono::milliseconds patience = std::chrono::seconds(30));
    /// All of stderr and stdout so far.
    const std::string& output();
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    void read(std::chrono::milliseconds patience);
    pid_t pid_ = -1;
    UniqueFd output_fd_;
    std::string output_;
    std::optional<int> ended_;
};

/// A port nobody listens on now.
std::uint16_t free_port();

} // namespace postern::testing_support
