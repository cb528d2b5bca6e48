// postern.conf as postern-sign reads it, for commands that look at its configuration.
#pragma once

#include "tools/postern/check_postfix.hpp"
#include "tools/postern/finding.hpp"
#include "tools/postern/host.hpp"

#include <string>

namespace postern::tool {

/// [sign] key-directory of the file, else /etc/postern/keys. A broken or missing file is no reason
/// not to make a key.
std::string configured_key_directory(const std::string& path);

struct SignCheck {
    Findings findings;
    SignFacts facts; ///< listen is empty when it could not be read
};

/// Everything postern-sign itself would find when it starts with this file, by the same code, and
/// what it cannot know: keys its user cannot read again. `named`: the file must be there.
SignCheck check_sign(const std::string& path, bool named, const Host& host);

} // namespace postern::tool
