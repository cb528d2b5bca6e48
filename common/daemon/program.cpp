#include "common/daemon/program.hpp"

#include "common/base/file.hpp"
#include "common/base/text.hpp"
#include "common/config/command_line.hpp"
#include "common/config/log_options.hpp"
#include "common/config/reader.hpp"
#include "common/daemon/notify.hpp"
#include "common/daemon/pid_file.hpp"
#include "common/daemon/signals.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>

namespace postern::daemon {
namespace {

using config::Problem;
using config::Problems;

void say(std::FILE* where, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), where);
    std::fflush(where);
}

/// One configuration, read and understood; `program` holds its snapshot ready.
struct Reading {
    std::optional<config::Settings> settings;
    config::LogConfig log;
    ProcessConfig process;
    Problems warnings;
    Problems problems;
};

class Life {
public:
    Life(Program& program, config::CommandLine command_line)
        : program_(program), command_line_(std::move(command_line)),
          log_(make_stderr_sink(program.name())) {}

    int live() {
        Reading first = read();
        if (command_line_.check_only) return report_check(first);
        if (!first.problems.empty()) return refuse(first.problems);
        set_log(first.log);

        raise_file_limit();
        std::vector<Listener> listeners;
        std::string where;
        for (const SocketAddress& address : first.process.listen) {
            auto listener = Listener::open(address, first.process.sockets);
            if (!listener) return end(EX_UNAVAILABLE, listener.error().message);
            (where += where.empty() ? "" : ", ") += address.text();
            listeners.push_back(std::move(*listener));
        }
        PidFile pid_file;
        if (!first.process.pid_file.empty()) {
            auto written = PidFile::write(first.process.pid_file);
            if (!written) return end(EX_CANTCREAT, written.error().message);
            pid_file = std::move(*written);
        }
        if (first.process.user)
            if (const auto dropped = drop_privileges(*first.process.user); !dropped)
                return end(EX_NOPERM, dropped.error().message);

        Signals signals;
        warn(first.warnings);
        program_.commit();
        {
            const BlockSignals blocked; // the threads of the service inherit it
            if (const auto started = program_.start(std::move(listeners)); !started)
                return end(EX_OSERR, started.error().message);
        }
        current_ = std::move(first);
        ready(where);
        const int code = serve(signals);
        notify_stopping();
        log_.info("stopping: messages under way may finish");
        program_.stop(current_.process.stop_timeout);
        log_.info("stopped");
        return code;
    }

private:
    Reading read() {
        Reading reading;
        config::Settings settings =
            config::load_settings(command_line_, program_.sections(), reading.problems);
        reading.log = config::read_log_config(settings, reading.problems);
        config::Reader own(settings, program_.own_section(), reading.problems);
        reading.process = read_process_config(own);
        Program::Prepared prepared = program_.prepare(settings, reading.process, log_);
        std::move(prepared.problems.begin(), prepared.problems.end(),
                  std::back_inserter(reading.problems));
        reading.warnings = std::move(prepared.warnings);
        config::in_file_order(reading.problems);
        reading.settings = std::move(settings);
        return reading;
    }

    /// -n: everything found, and a word when nothing was.
    int report_check(const Reading& reading) {
        for (const Problem& warning : reading.warnings)
            say(stderr, "warning: " + warning.text() + "\n");
        if (!reading.problems.empty()) return refuse(reading.problems);
        say(stdout, command_line_.path + ": nothing wrong" +
                        (reading.warnings.empty() ? "" : " but the warnings above") + "\n");
        return EX_OK;
    }

    /// On stderr whatever [log] says: who starts a daemon looks there.
    int refuse(const Problems& problems) {
        for (const Problem& problem : problems)
            say(stderr, problem.text() + "\n");
        say(stderr,
            std::string(program_.name()) + ": not started: " + std::to_string(problems.size()) +
                (problems.size() == 1 ? " problem" : " problems") + " in the configuration\n");
        return EX_CONFIG;
    }

    int end(int code, const std::string& why) {
        log_.error("not started: " + why);
        if (to_syslog_) say(stderr, std::string(program_.name()) + ": not started: " + why + "\n");
        return code;
    }

    void set_log(const config::LogConfig& log) {
        to_syslog_ = log.target == config::LogTarget::Syslog && !command_line_.debug;
        log_.exchange(to_syslog_ ? make_syslog_sink(program_.name(), log.facility)
                                 : make_stderr_sink(program_.name()),
                      command_line_.debug ? LogLevel::Debug : log.level);
    }

    void warn(const Problems& warnings) {
        for (const Problem& warning : warnings)
            log_.warning(warning.text());
    }

    void ready(const std::string& where) {
        const std::string line = "ready: listening on " + where;
        log_.info(line);
        // Scripts wait for this word on stderr, wherever the log goes and however much it shows.
        if (to_syslog_ || !log_.shows(LogLevel::Info))
            say(stderr, std::string(program_.name()) + ": " + line + "\n");
        notify_ready("listening on " + where);
    }

    int serve(Signals& signals) {
        const auto watchdog = watchdog_interval();
        for (;;) {
            const auto signal = signals.wait(watchdog, program_.ended_fd());
            if (signal == SIGTERM || signal == SIGINT) return EX_OK;
            if (signal == SIGHUP || signal == SIGUSR1) reload();
            if (!signal && watchdog) notify_watchdog();
            if (!signal && ended()) return EX_SOFTWARE;
        }
    }

    [[nodiscard]] bool ended() const;

    void reload() {
        notify_reloading();
        Reading fresh = read();
        if (!fresh.problems.empty()) {
            for (const Problem& problem : fresh.problems)
                log_.error(problem.text());
            log_.error("reload failed, the old configuration stays: " +
                       std::to_string(fresh.problems.size()) +
                       (fresh.problems.size() == 1 ? " problem" : " problems"));
        } else {
            set_log(fresh.log);
            warn(fresh.warnings);
            program_.commit();
            say_what_needs_a_restart(*current_.settings, *fresh.settings);
            fresh.process.listen = current_.process.listen;
            current_ = std::move(fresh);
            log_.info("reloaded " + command_line_.path);
        }
        notify_ready("reloaded");
    }

    void say_what_needs_a_restart(const config::Settings& before, const config::Settings& after) {
        const auto texts = [](const std::vector<config::Value>& values) {
            std::vector<std::string> all;
            all.reserve(values.size());
            for (const config::Value& value : values)
                all.push_back(value.text);
            return all;
        };
        for (const config::Section& section : program_.sections())
            for (const config::Option& option : section.options)
                if (option.reload == config::Reload::Restart &&
                    texts(before.values(section.name, option.name)) !=
                        texts(after.values(section.name, option.name)))
                    log_.warning("[" + std::string(section.name) + "] " + std::string(option.name) +
                                 " changed: takes effect after a restart");
    }

    /// Every connection is a descriptor: take what the system allows.
    static void raise_file_limit() {
        rlimit limit{};
        if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }

    Program& program_;
    config::CommandLine command_line_;
    Log log_;
    bool to_syslog_ = false;
    Reading current_;
};

bool Life::ended() const {
    const int fd = program_.ended_fd();
    if (fd < 0) return false;
    pollfd state{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&state, 1, 0) > 0;
}

} // namespace

int run(int argc, const char* const* argv, Program& program) {
    const config::Program described{.name = program.name(),
                                    .purpose = program.purpose(),
                                    .version = POSTERN_VERSION,
                                    .sections = program.sections()};
    auto command_line = config::parse_command_line(
        std::span<const char* const>(argv, static_cast<std::size_t>(argc)), described);
    if (!command_line) {
        say(stderr, std::string(program.name()) + ": " + command_line.error().message + "\n");
        return EX_USAGE;
    }
    if (!command_line->print.empty()) {
        say(stdout, command_line->print);
        return EX_OK;
    }
    try {
        return Life(program, std::move(*command_line)).live();
    } catch (const std::exception& error) {
        say(stderr, std::string(program.name()) + ": " + error.what() + "\n");
        return EX_SOFTWARE;
    }
}

} // namespace postern::daemon
