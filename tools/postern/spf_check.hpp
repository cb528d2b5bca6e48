// postern spf: one SPF check, with every step if asked for.
#pragma once

#include "tools/postern/command.hpp"

namespace postern::tool {

extern const Command kSpf;

} // namespace postern::tool
