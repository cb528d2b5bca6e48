// postern check: the doctor. What is wrong with the configuration, the keys, the sockets, and the
// way Postfix is wired to them.
#pragma once

#include "tools/postern/command.hpp"

namespace postern::tool {

extern const Command kCheck;

} // namespace postern::tool
