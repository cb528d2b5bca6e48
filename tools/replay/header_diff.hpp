// What changed in the header, as a unified diff of its lines.
#pragma once

#include "common/postfix/message.hpp"

#include <string>

namespace postern::replay {

/// Empty when nothing changed. A body that changed is told in one line.
std::string header_diff(const postfix::Message& before, const postfix::Message& after,
                        const std::string& name);

} // namespace postern::replay
