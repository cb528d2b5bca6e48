// The [sign] section of postern.conf.
#pragma once

#include "common/config/option.hpp"

namespace postern::sign {

/// Everything postern-sign reads: [log] and [sign].
std::span<const config::Section> sections();

} // namespace postern::sign
