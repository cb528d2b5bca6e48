// Section [log]: where a program's lines go. Read before everything else, so that later problems
// have a place to go.
#pragma once

#include "common/base/log.hpp"
#include "common/config/option.hpp"
#include "common/config/settings.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace postern::config {

enum class LogTarget : std::uint8_t { Stderr, Syslog };

struct LogConfig {
    LogTarget target = LogTarget::Stderr;
    std::string facility = "mail";
    LogLevel level = LogLevel::Info;
    friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

inline constexpr std::array<Option, 3> kLogOptions{{
    {.name = "target",
     .kind = Kind::Choice,
     .default_value = "stderr",
     .help = "Where log lines go: to standard error, which systemd hands on to its journal, or to "
             "syslog like those of Postfix.",
     .choices = "stderr|syslog"},
    {.name = "facility",
     .kind = Kind::Choice,
     .default_value = "mail",
     .help = "Syslog facility of the lines. Of no effect while target is stderr.",
     .choices = "mail|daemon|user|auth|local0|local1|local2|local3|local4|local5|local6|local7"},
    {.name = "level",
     .kind = Kind::Choice,
     .default_value = "info",
     .help = "The least important lines that are still written. At info every message has one "
             "line; warning leaves only what asks a person to do something.",
     .choices = "error|warning|info|debug"},
}};
inline constexpr Section kLogSection{
    .name = "log", .help = "What is written to the log, and where.", .options = kLogOptions};

/// `settings` must have been read with kLogSection among its sections.
LogConfig read_log_config(const Settings& settings, Problems& problems);

} // namespace postern::config
