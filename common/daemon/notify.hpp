// What a service manager is told (sd_notify(3)), when the environment names one; else nothing
// happens.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace postern::daemon {

void notify_ready(std::string_view status);
void notify_reloading();
void notify_stopping();
void notify_watchdog();
/// How often the manager wants to hear notify_watchdog(); half its time-out. Nothing if it does
/// not.
std::optional<std::chrono::milliseconds> watchdog_interval();

} // namespace postern::daemon
