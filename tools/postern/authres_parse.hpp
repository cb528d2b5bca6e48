// postern authres parse: what an Authentication-Results field says, for people and for scripts.
#pragma once

#include "tools/postern/command.hpp"

namespace postern::tool {

extern const Command kAuthresParse;

} // namespace postern::tool
