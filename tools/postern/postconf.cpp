// Runs postconf(1); the rest of postfix_config is pure.
#include "common/base/file.hpp"
#include "common/base/text.hpp"
#include "common/base/unique_fd.hpp"
#include "tools/postern/postfix_config.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace postern::tool {
namespace {

constexpr std::size_t kMaxOutput = std::size_t{16} << 20;

/// /usr/sbin is seldom in the PATH of a person who is not root.
std::string search_path() {
    const char* path = std::getenv("PATH");
    return std::string(path == nullptr ? "" : path) +
           ":/usr/sbin:/usr/local/sbin:/usr/lib/postfix/sbin";
}

std::string find_postconf() {
    const std::string path = search_path();
    for (const std::string_view directory : split(path, ':')) {
        if (directory.empty()) continue;
        std::string candidate = std::string(directory) + "/postconf";
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return {};
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 65536>
        buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
    while (text.size() < kMaxOutput) {
        const ssize_t count = ::read(fd, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
}

/// The last line of what it said, without its name.
std::string complaint(std::string_view text) {
    text = trim(text);
    const std::size_t line = text.rfind('\n');
    if (line != std::string_view::npos) text.remove_prefix(line + 1);
    return text.empty() ? "it gave no reason" : std::string(text);
}

/// Standard output of one run. Its warnings go to a file, so that two pipes cannot block each
/// other.
Result<std::string> run(const std::string& program, std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail("pipe: " + errno_text(errno));
    UniqueFd out(ends[0]);
    UniqueFd in(ends[1]);
    const UniqueFd errors(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in.get(), STDOUT_FILENO);
    if (errors) ::posix_spawn_file_actions_adddup2(&actions, errors.get(), STDERR_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    std::vector<char*> argv;
    std::string name = program;
    argv.push_back(name.data());
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t child = 0;
    const int error =
        ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return fail("cannot run " + program + ": " + errno_text(error));

    in.reset();
    std::string text = read_all(out.get());
    out.reset();
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
    std::string said;
    if (errors && ::lseek(errors.get(), 0, SEEK_SET) == 0) said = read_all(errors.get());
    return fail(complaint(said));
}

} // namespace

Result<PostfixConfig> read_postfix_config(const std::string& directory) {
    const std::string program = find_postconf();
    if (program.empty()) return fail("postconf is not there: no Postfix on this host");
    std::vector<std::string> begin;
    if (!directory.empty()) begin = {"-c", directory};
    auto ask = [&](const std::vector<std::string>& arguments) {
        std::vector<std::string> all = begin;
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run(program, std::move(all));
    };

    PostconfText text;
    const auto place = ask({"-h", "config_directory"});
    if (!place) return tl::unexpected<Error>(place.error());
    text.directory = directory.empty() ? std::string(trim(*place)) : directory;
    struct Question {
        std::vector<std::string> arguments;
        std::string* answer;
    };
    for (const Question& question :
         {Question{{"-x"}, &text.parameters}, Question{{"-M"}, &text.services},
          Question{{"-x", "-P"}, &text.overrides}}) {
        auto said = ask(question.arguments);
        if (!said) return tl::unexpected<Error>(said.error());
        *question.answer = std::move(*said);
    }
    // Only for line numbers: a file that cannot be read costs no more than those.
    if (auto file = read_file(text.directory + "/main.cf", kMaxOutput)) text.main_cf = file->text;
    if (auto file = read_file(text.directory + "/master.cf", kMaxOutput))
        text.master_cf = file->text;
    return PostfixConfig::parse(text);
}

} // namespace postern::tool
