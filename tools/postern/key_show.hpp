// postern key show: the record of keys that exist, printed again.
#pragma once

#include "tools/postern/command.hpp"

namespace postern::tool {

extern const Command kKeyShow;

} // namespace postern::tool
