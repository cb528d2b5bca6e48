// What this host calls itself.
#pragma once

#include <string>

namespace postern {

/// gethostname(2); "localhost" where the system has no name. Thread-safe.
std::string host_name();

} // namespace postern
