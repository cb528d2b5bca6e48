#include "common/daemon/notify.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

namespace postern::daemon {

void notify_ready(std::string_view status) {
    ::sd_notify(0, ("READY=1\nSTATUS=" + std::string(status)).c_str());
}

void notify_reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now); // Type=notify-reload wants it with the word
    const auto microseconds = static_cast<unsigned long long>(now.tv_sec) * 1'000'000ULL +
                              static_cast<unsigned long long>(now.tv_nsec) / 1000ULL;
    ::sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds)).c_str());
}

void notify_stopping() { ::sd_notify(0, "STOPPING=1"); }
void notify_watchdog() { ::sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::milliseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
    return std::chrono::milliseconds(microseconds / 2000);
}

} // namespace postern::daemon
