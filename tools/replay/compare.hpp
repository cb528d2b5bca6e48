// The same mail through two filters, one after the other, and what they did differently.
#pragma once

#include "tools/replay/options.hpp"

namespace postern::replay {

/// Prints only messages that differ; exit status as of the program.
int run_compare(const Options& options);

} // namespace postern::replay
