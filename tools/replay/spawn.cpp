#include "tools/replay/spawn.hpp"

#include "common/base/file.hpp"
#include "common/postfix/stream_socket.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

namespace postern::replay {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto kStartTime = 15s;
constexpr auto kStopTime = 10s;
constexpr auto kPause = 20ms;

/// Beside this program if it is there, else as given (execvp looks in PATH).
std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    if (!error && fs::exists(self.parent_path() / name, error)) return self.parent_path() / name;
    return name;
}

} // namespace

Result<std::vector<std::string>> command_words(std::string_view command) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = '\0';
    for (std::size_t i = 0; i < command.size(); ++i) {
        const char c = command[i];
        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
            else if (c == '\\' && quote == '"' && i + 1 < command.size())
                word += command[++i];
            else
                word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            in_word = true;
        } else if (c == ' ' || c == '\t' || c == '\n') {
            if (in_word) words.push_back(std::exchange(word, {}));
            in_word = false;
        } else {
            if (c == '\\' && i + 1 < command.size()) ++i;
            word += command[i];
            in_word = true;
        }
    }
    if (quote != '\0')
        return fail(std::string("no closing ") + quote + " in \"" + std::string(command) + "\"");
    if (in_word) words.push_back(word);
    if (words.empty()) return fail("--spawn: no program");
    return words;
}

SpawnedDaemon::SpawnedDaemon(SpawnedDaemon&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_), name_(std::move(other.name_)),
      directory_(std::exchange(other.directory_, {})), dns_record_(std::move(other.dns_record_)),
      address_(std::move(other.address_)) {}

SpawnedDaemon::~SpawnedDaemon() {
    if (pid_ > 0) (void)stop();
    if (!directory_.empty()) {
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
    }
}

bool SpawnedDaemon::ended(bool wait) {
    if (pid_ <= 0) return true;
    const pid_t got = ::waitpid(pid_, &status_, wait ? 0 : WNOHANG);
    if (got != pid_) return false;
    pid_ = -1;
    return true;
}

std::string SpawnedDaemon::how_it_ended() const {
    if (WIFSIGNALED(status_)) return "was ended by signal " + std::to_string(WTERMSIG(status_));
    return "ended with status " + std::to_string(WEXITSTATUS(status_));
}

Result<SpawnedDaemon> SpawnedDaemon::start(const Request& request) {
    auto words = command_words(request.command);
    if (!words) return tl::unexpected(words.error());
    SpawnedDaemon daemon;
    daemon.name_ = fs::path(words->front()).filename();
    const std::size_t dash = daemon.name_.rfind('-');
    const std::string part = !request.section.empty()    ? request.section
                             : dash == std::string::npos ? daemon.name_
                                                         : daemon.name_.substr(dash + 1);
    char directory[] = "/tmp/postern-replay-XXXXXX";
    if (::mkdtemp(directory) == nullptr)
        return fail("cannot make a temporary directory: " + errno_text(errno));
    daemon.directory_ = directory;
    daemon.address_.path = daemon.directory_ + "/s";
    words->front() = find_program(words->front());
    words->insert(words->end(), {"-o", part + ".listen=" + daemon.address_.text()});
    const auto set = [&](const std::string& option, const std::string& value) {
        words->insert(words->end(), {"-o", option + "=" + value});
    };
    if (!request.dns.empty()) set("dns.fixture", request.dns);
    if (part != "sign") {
        if (request.record_dns) daemon.dns_record_ = daemon.directory_ + "/dns.json";
        if (request.record_dns) set("dns.record", daemon.dns_record_);
        if (request.time) set(part + ".time", std::to_string(*request.time));
    }
    std::vector<char*> arguments;
    for (std::string& word : *words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    daemon.pid_ = ::fork(); // no thread runs yet
    if (daemon.pid_ < 0) return fail("cannot start " + daemon.name_ + ": " + errno_text(errno));
    if (daemon.pid_ == 0) {
        (void)::prctl(PR_SET_PDEATHSIG, SIGTERM);
        (void)::dup2(STDERR_FILENO, STDOUT_FILENO); // our output is for results only
        (void)::execvp(arguments.front(), arguments.data());
        _exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + kStartTime;
    while (true) {
        if (daemon.ended(false))
            return fail(daemon.name_ + " " + daemon.how_it_ended() +
                        (WIFEXITED(daemon.status_) && WEXITSTATUS(daemon.status_) == 127
                             ? " (not found?)"
                             : "") +
                        " before it listened");
        if (postfix::StreamSocket::connect(daemon.address_, 1s)) return daemon;
        if (std::chrono::steady_clock::now() > deadline) {
            (void)daemon.stop();
            return fail(daemon.name_ + " does not listen on " + daemon.address_.text() +
                        " after 15 s");
        }
        std::this_thread::sleep_for(kPause);
    }
}

Result<void> SpawnedDaemon::keep_dns(const std::string& path) const {
    std::error_code error;
    if (!dns_record_.empty() && fs::exists(dns_record_, error))
        fs::copy_file(dns_record_, path, fs::copy_options::overwrite_existing, error);
    if (error) return fail("cannot copy what DNS said to " + path + ": " + error.message());
    return {};
}

Result<void> SpawnedDaemon::stop() {
    if (ended(false)) return fail(name_ + " " + how_it_ended() + " during the run");
    (void)::kill(pid_, SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + kStopTime;
    while (!ended(false)) {
        if (std::chrono::steady_clock::now() > deadline) {
            (void)::kill(pid_, SIGKILL);
            (void)ended(true);
            return fail(name_ + " did not end within 10 s of SIGTERM and was killed");
        }
        std::this_thread::sleep_for(kPause);
    }
    if (WIFSIGNALED(status_) || WEXITSTATUS(status_) != 0)
        return fail(name_ + " " + how_it_ended() + " when asked to stop");
    return {};
}

} // namespace postern::replay
