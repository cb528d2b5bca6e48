// postern.conf as postern-verify reads it, for commands that look at its configuration.
#pragma once

#include "common/base/socket_address.hpp"
#include "tools/postern/finding.hpp"

#include <string>
#include <vector>

namespace postern::tool {

struct VerifyCheck {
    Findings findings;
    bool configured = false; ///< [verify] has an option of its own: the site uses postern-verify
    std::vector<SocketAddress> listen;
    config::Origin listen_origin;
};

/// Everything postern-verify itself would find when it starts with this file, by the same code.
/// `named`: the file must be there.
VerifyCheck check_verify(const std::string& path, bool named);

} // namespace postern::tool
