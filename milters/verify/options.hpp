// The [verify] section of postern.conf.
#pragma once

#include "common/config/option.hpp"

namespace postern::verify {

/// Everything postern-verify reads: [log], [dns] and [verify].
std::span<const config::Section> sections();

} // namespace postern::verify
