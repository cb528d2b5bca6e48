// postern dkim verify: the signatures of a message in a file, each with its verdict and how it
// came about.
#pragma once

#include "tools/postern/command.hpp"

namespace postern::tool {

extern const Command kDkimVerify;

} // namespace postern::tool
