// What postern-sign does, as one immutable snapshot: built whole at start and at each reload,
// swapped, never changed.
#pragma once

#include "common/config/settings.hpp"
#include "common/dkim/signer.hpp"
#include "milters/frame/collected_header.hpp"
#include "milters/sign/key_ring.hpp"
#include "milters/sign/key_source.hpp"
#include "milters/sign/login_map.hpp"
#include "milters/sign/origin.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postern::sign {

/// What to do with a From address that does not belong to the SASL login.
enum class LoginGuard : std::uint8_t { Off, Log, NoSignature, Reject };

struct Config {
    OriginRules origin;
    std::shared_ptr<const KeySource> keys;
    dkim::SigningOptions signing;
    LoginGuard login_guard = LoginGuard::Off;
    std::optional<LoginMap> logins;        ///< there unless login_guard is Off
    bool remove_results = false;           ///< that claim to be ours, from mail that is signed
    std::vector<std::string> authserv_ids; ///< ours beside the name of the host
    milter::HeaderLimits header_limits;
};

struct LoadedConfig {
    std::shared_ptr<const Config> config; ///< null when there were problems
    config::Problems warnings;            ///< for the log, once per load: what a person should mend
};

/// Reads keys and tables, everything anew but the keys `ring` holds already. What is wrong goes to
/// `problems`, all of it in one run.
LoadedConfig load_config(const config::Settings& settings, const std::shared_ptr<KeyRing>& ring,
                         config::Problems& problems);

/// How the keys are held, from the options that need a restart. `reader`: whom the daemon becomes;
/// nothing if it stays.
KeyRingOptions key_ring_options(const config::Settings& settings, std::optional<KeyReader> reader,
                                config::Problems& problems);

} // namespace postern::sign
