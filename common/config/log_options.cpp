#include "common/config/log_options.hpp"

#include "common/config/reader.hpp"

namespace postern::config {

LogConfig read_log_config(const Settings& settings, Problems& problems) {
    Reader log(settings, kLogSection.name, problems);
    return {
        .target = log.choice<LogTarget>(
            "target", {{"stderr", LogTarget::Stderr}, {"syslog", LogTarget::Syslog}}),
        .facility = log.choice<std::string>("facility", {{"mail", "mail"},
                                                         {"daemon", "daemon"},
                                                         {"user", "user"},
                                                         {"auth", "auth"},
                                                         {"local0", "local0"},
                                                         {"local1", "local1"},
                                                         {"local2", "local2"},
                                                         {"local3", "local3"},
                                                         {"local4", "local4"},
                                                         {"local5", "local5"},
                                                         {"local6", "local6"},
                                                         {"local7", "local7"}}),
        .level = log.choice<LogLevel>("level", {{"error", LogLevel::Error},
                                                {"warning", LogLevel::Warning},
                                                {"info", LogLevel::Info},
                                                {"debug", LogLevel::Debug}}),
    };
}

} // namespace postern::config
