#include "tests/support/daemon_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace postern::testing_support {

TemporaryDirectory::TemporaryDirectory() {
    std::string name = "/tmp/ptXXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(std::string_view name, std::string_view text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
}

DaemonProcess::DaemonProcess(std::vector<std::string> arguments,
                             std::vector<std::string> environment, const std::string& program) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    output_fd_.reset(ends[0]);
    const UniqueFd write_end(ends[1]);
    std::string path = POSTERN_BINARY_DIR "/bin/" + program;
    std::vector<char*> argv{path.data()};
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) {
        ::dup2(write_end.get(), STDERR_FILENO);
        ::dup2(write_end.get(), STDOUT_FILENO);
        for (std::string& variable : environment)
            ::putenv(variable.data());
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
}

DaemonProcess::~DaemonProcess() {
    if (!alive()) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void DaemonProcess::read(std::chrono::milliseconds patience) {
    pollfd wanted{.fd = output_fd_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, static_cast<int>(patience.count())) <= 0) return;
    std::array<char, 4096> bytes{};
    const ssize_t got = ::read(output_fd_.get(), bytes.data(), bytes.size());
    if (got > 0)
        output_.append(bytes.data(), static_cast<std::size_t>(got));
    else
        ::usleep(1000); // it closed its end
}

bool DaemonProcess::says(std::string_view text, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (output_.find(text) == std::string::npos) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        read(std::chrono::milliseconds(20));
    }
    return true;
}

const std::string& DaemonProcess::output() {
    for (std::size_t before = output_.size() + 1; before != output_.size();) {
        before = output_.size();
        read(std::chrono::milliseconds(20));
    }
    return output_;
}

void DaemonProcess::signal(int number) const { ::kill(pid_, number); }

bool DaemonProcess::alive() { return !wait(std::chrono::milliseconds(0)).has_value(); }

std::optional<int> DaemonProcess::wait(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!ended_) {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_)
            ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        else if (std::chrono::steady_clock::now() >= deadline)
            return std::nullopt;
        else
            read(std::chrono::milliseconds(10)); // it must not stand still over a full pipe
    }
    return ended_;
}

std::uint16_t free_port() {
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof name;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&name), &length) != 0)
        throw std::runtime_error("no port");
    return ntohs(name.sin_port);
}

} // namespace postern::testing_support
