#include "common/base/log.hpp"

#include "common/base/text.hpp"

#include <syslog.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <mutex>
#include <utility>

namespace postern {

std::string_view to_string(LogLevel level) noexcept {
    switch (level) {
    case LogLevel::Error:
        return "error";
    case LogLevel::Warning:
        return "warning";
    case LogLevel::Info:
        return "info";
    case LogLevel::Debug:
        return "debug";
    }
    return "info";
}

std::optional<LogLevel> parse_log_level(std::string_view text) noexcept {
    for (const LogLevel level :
         {LogLevel::Error, LogLevel::Warning, LogLevel::Info, LogLevel::Debug})
        if (iequals(text, to_string(level))) return level;
    return std::nullopt;
}

namespace {

class StderrSink final : public LogSink {
public:
    explicit StderrSink(std::string_view program)
        : prefix_(std::string(program) + "[" + std::to_string(::getpid()) + "]: ") {}

    void write(LogLevel level, std::string_view line) noexcept override {
        try {
            std::string whole = prefix_;
            if (level != LogLevel::Info) (whole += to_string(level)) += ": ";
            (whole += line) += '\n';
            // One write, so that lines of several threads do not mix; nothing sensible to do when
            // it fails.
            [[maybe_unused]] const auto written =
                ::write(STDERR_FILENO, whole.data(), whole.size());
        } catch (...) { // out of memory: the line is lost, the mail is not
        }
    }

private:
    std::string prefix_;
};

constexpr std::array<std::pair<std::string_view, int>, 12> kFacilities{{{"mail", LOG_MAIL},
                                                                        {"daemon", LOG_DAEMON},
                                                                        {"user", LOG_USER},
                                                                        {"auth", LOG_AUTH},
                                                                        {"local0", LOG_LOCAL0},
                                                                        {"local1", LOG_LOCAL1},
                                                                        {"local2", LOG_LOCAL2},
                                                                        {"local3", LOG_LOCAL3},
                                                                        {"local4", LOG_LOCAL4},
                                                                        {"local5", LOG_LOCAL5},
                                                                        {"local6", LOG_LOCAL6},
                                                                        {"local7", LOG_LOCAL7}}};

class SyslogSink final : public LogSink {
public:
    SyslogSink(std::string_view program, std::string_view facility) {
        // openlog(3) keeps the pointer: the name lives as long as the process.
        static std::string ident;
        ident = program;
        int number = LOG_MAIL;
        for (const auto& [name, value] : kFacilities)
            if (iequals(name, facility)) number = value;
        ::openlog(ident.c_str(), LOG_PID | LOG_NDELAY, number);
    }

    void write(LogLevel level, std::string_view line) noexcept override {
        const int priority = level == LogLevel::Error     ? LOG_ERR
                             : level == LogLevel::Warning ? LOG_WARNING
                             : level == LogLevel::Info    ? LOG_INFO
                                                          : LOG_DEBUG;
        // Syslog readers know priorities but seldom show them; Postfix repeats the word for the
        // same reason.
        const char* word = level == LogLevel::Error     ? "error: "
                           : level == LogLevel::Warning ? "warning: "
                                                        : "";
        ::syslog(priority, "%s%.*s", word, static_cast<int>(line.size()), line.data());
    }
};

} // namespace

std::unique_ptr<LogSink> make_stderr_sink(std::string_view program) {
    return std::make_unique<StderrSink>(program);
}
std::unique_ptr<LogSink> make_syslog_sink(std::string_view program, std::string_view facility) {
    return std::make_unique<SyslogSink>(program, facility);
}

struct Log::State {
    std::mutex mutex;
    std::shared_ptr<LogSink> sink;
    std::atomic<LogLevel> threshold;
};

Log::Log(std::unique_ptr<LogSink> sink, LogLevel threshold) : state_(std::make_unique<State>()) {
    state_->sink = std::move(sink);
    state_->threshold = threshold;
}

Log::~Log() = default;

void Log::exchange(std::unique_ptr<LogSink> sink, LogLevel threshold) {
    std::shared_ptr<LogSink> fresh = std::move(sink);
    {
        const std::lock_guard lock(state_->mutex);
        state_->sink.swap(fresh);
    }
    state_->threshold = threshold;
}

bool Log::shows(LogLevel level) const noexcept { return level <= state_->threshold.load(); }

void Log::write(LogLevel level, std::string_view line) noexcept {
    if (!shows(level)) return;
    std::shared_ptr<LogSink> sink;
    {
        const std::lock_guard lock(state_->mutex);
        sink = state_->sink;
    }
    if (sink) sink->write(level, line);
}

std::string escape_for_log(std::string_view text, std::size_t limit) {
    const bool utf8 = is_utf8(text); // otherwise every octet above ASCII is escaped
    std::string escaped;
    escaped.reserve(std::min(text.size(), limit) + 8);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto octet = static_cast<unsigned char>(c);
        // A character is cut whole: its octets in UTF-8 follow from the first.
        const std::size_t octets = !utf8 || octet < 0xC0 ? 1
                                   : octet < 0xE0        ? 2
                                   : octet < 0xF0        ? 3
                                                         : 4;
        if (escaped.size() + octets > limit && (octet & 0xC0) != 0x80) return escaped + "...";
        const bool plain =
            octet >= 0x20 && octet != 0x7F && c != '"' && c != '\\' && (octet < 0x80 || utf8);
        if (plain) {
            escaped += c;
        } else {
            constexpr std::string_view kHex = "0123456789abcdef";
            escaped += "\\x";
            escaped += kHex[octet >> 4];
            escaped += kHex[octet & 15];
        }
    }
    return escaped;
}

LogLine::LogLine(std::string_view subject) {
    line_.reserve(200);
    if (!subject.empty()) (line_ += escape_for_log(subject, 64)) += ':';
}

LogLine& LogLine::add_verbatim(std::string_view key, std::string_view value) {
    if (!line_.empty()) line_ += ' ';
    ((line_ += key) += '=') += value;
    return *this;
}

LogLine& LogLine::add(std::string_view key, std::string_view value) {
    const std::string escaped = escape_for_log(value);
    const bool quote = escaped.empty() || escaped.find_first_of(" =") != std::string::npos;
    return add_verbatim(key, quote ? '"' + escaped + '"' : escaped);
}

LogLine& LogLine::add_ms(std::string_view key, double milliseconds) {
    // snprintf("%.1f") costs as much as the rest of the line.
    const long long tenths = std::llround(milliseconds * 10);
    return add_verbatim(key, std::to_string(tenths / 10) + "." + std::to_string(tenths % 10));
}

} // namespace postern
