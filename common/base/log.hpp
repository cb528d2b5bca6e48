// What a daemon says: leveled lines to stderr or syslog, and LogLine, the one place where untrusted
// bytes are escaped.
//
//     log.info(LogLine("4ZxQ1m2Jz9").add("action", "signed").add("body", 20311).text());
//     4ZxQ1m2Jz9: action=signed body=20311
//
// Keys are documented in postern-log(7) and treated as an interface.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

enum class LogLevel : std::uint8_t { Error, Warning, Info, Debug };
std::string_view to_string(LogLevel level) noexcept;
std::optional<LogLevel> parse_log_level(std::string_view text) noexcept;

/// Where lines go. Implementations are thread-safe and never throw: a log that fails must not stop
/// mail.
class LogSink {
public:
    virtual ~LogSink() = default;
    virtual void write(LogLevel level, std::string_view line) noexcept = 0;
};

/// "postern-sign[123]: line", one write(2) per line.
std::unique_ptr<LogSink> make_stderr_sink(std::string_view program);
/// syslog(3); `facility` by its name ("mail", "daemon", "local0" ...), unknown names mean mail.
std::unique_ptr<LogSink> make_syslog_sink(std::string_view program, std::string_view facility);

/// Thread-safe. The sink can be exchanged while others log (reload).
class Log {
public:
    explicit Log(std::unique_ptr<LogSink> sink, LogLevel threshold = LogLevel::Info);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void exchange(std::unique_ptr<LogSink> sink, LogLevel threshold);
    [[nodiscard]] bool shows(LogLevel level) const noexcept;

    void write(LogLevel level, std::string_view line) noexcept;
    void error(std::string_view line) noexcept { write(LogLevel::Error, line); }
    void warning(std::string_view line) noexcept { write(LogLevel::Warning, line); }
    void info(std::string_view line) noexcept { write(LogLevel::Info, line); }
    void debug(std::string_view line) noexcept { write(LogLevel::Debug, line); }

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One line: a subject (the queue id, or nothing), then key=value pairs in the order they were
/// added.
class LogLine {
public:
    /// `subject` without the colon; empty for lines that are about no message.
    explicit LogLine(std::string_view subject = {});

    /// A value from outside or of ours: escaped, cut at kMaxValue octets, quoted if it has blanks
    /// or quotes or is empty.
    LogLine& add(std::string_view key, std::string_view value);
    LogLine& add(std::string_view key, const char* value) {
        return add(key, std::string_view(value));
    }
    LogLine& add(std::string_view key, const std::string& value) {
        return add(key, std::string_view(value));
    }
    template <std::integral T> LogLine& add(std::string_view key, T value) {
        return add_verbatim(key, std::to_string(value));
    }
    /// Milliseconds with one decimal.
    LogLine& add_ms(std::string_view key, double milliseconds);

    [[nodiscard]] const std::string& text() const noexcept { return line_; }

    static constexpr std::size_t kMaxValue = 250;

private:
    LogLine& add_verbatim(std::string_view key, std::string_view value);
    std::string line_;
};

/// `text` with control characters, quotes, backslashes and invalid UTF-8 as \xNN, cut at `limit`
/// octets with "..." at the end.
std::string escape_for_log(std::string_view text, std::size_t limit = LogLine::kMaxValue);

} // namespace postern
