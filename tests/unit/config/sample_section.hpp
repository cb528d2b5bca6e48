// A section with an option of every kind, for the tests of this room.
#pragma once

#include "common/config/log_options.hpp"
#include "common/config/option.hpp"

#include <array>

namespace postern::config::test {

inline constexpr std::array<Option, 13> kSignOptions{{
    {.name = "domain", .kind = Kind::Text, .help = "The domain.", .example = "example.org"},
    {.name = "timestamp", .kind = Kind::Flag, .default_value = "yes", .help = "Write t=."},
    {.name = "threads", .kind = Kind::Number, .default_value = "4", .help = "Threads at work."},
    {.name = "count", .kind = Kind::Number, .help = "No default.", .example = "7"},
    {.name = "timeout", .kind = Kind::Duration, .default_value = "5m", .help = "Time to wait."},
    {.name = "limit", .kind = Kind::Size, .default_value = "64k", .help = "Octets of a header."},
    {.name = "guard",
     .kind = Kind::Choice,
     .default_value = "off",
     .help = "What to do with a stranger. The rest is silence.",
     .choices = "off|log|reject"},
    {.name = "hosts",
     .kind = Kind::List,
     .default_value = "127.0.0.1, ::1",
     .help = "Hosts that are ours.",
     .times = Times::Many},
    {.name = "names", .kind = Kind::List, .help = "Names.", .example = "a, b"},
    {.name = "key-table", .kind = Kind::Path, .help = "A file.", .example = "/etc/keys"},
    {.name = "socket-mode", .kind = Kind::Mode, .default_value = "0660", .help = "Permissions."},
    {.name = "listen",
     .kind = Kind::Text,
     .default_value = "unix:/run/sock",
     .help = "Where to listen.",
     .times = Times::Many,
     .reload = Reload::Restart},
    {.name = "remark", .kind = Kind::Text, .default_value = " a # b ", .help = "Needs quotes."},
}};
inline constexpr Section kSignSection{
    .name = "sign", .help = "A section to try things on.", .options = kSignOptions};
inline constexpr std::array<Section, 2> kSections{kLogSection, kSignSection};

} // namespace postern::config::test
