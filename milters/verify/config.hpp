// What postern-verify does, as one immutable snapshot: built whole at start and at each reload,
// swapped, never changed.
#pragma once

#include "common/base/result.hpp"
#include "common/config/settings.hpp"
#include "common/dkim/verifier.hpp"
#include "common/dns/options.hpp"
#include "common/spf/engine.hpp"
#include "common/tables/host_list.hpp"
#include "milters/frame/collected_header.hpp"
#include "milters/verify/policy.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::verify {

struct Config {
    tables::HostList internal_hosts;
    bool skip_logins = true;

    std::string authserv_id;              ///< empty: the name Postfix gives itself
    std::string host_name;                ///< of this host, where Postfix gives none
    std::vector<std::string> further_ids; ///< results that claim one of these go too
    bool remove_received_spf = true;
    std::vector<std::string> remove_headers; ///< with the tag header
    bool received_spf = false;

    dkim::VerifyOptions dkim;               ///< but for time and authors
    std::shared_ptr<const spf::Engine> spf; ///< null: none
    bool iprev = true;
    PolicyRules policy;
    std::string tag_header;

    std::shared_ptr<dns::Resolver> resolver;
    std::chrono::seconds timeout{20}; ///< of all checks of one message
    std::size_t max_questions = 100;
    milter::HeaderLimits header_limits;
    std::optional<std::int64_t> time; ///< in place of the clock
};

/// Reads [verify]. Everything of the snapshot but the resolver; what is wrong goes to `problems`,
/// what a person should mend to `warnings`.
Config load_config(const config::Settings& settings, config::Problems& problems,
                   config::Problems& warnings);

} // namespace postern::verify
