// One place where Postfix calls milters, and what is to be said of our entry there: what happens
// when we are down, the protocol, time-outs, and whether the socket's permissions let Postfix in.
#pragma once

#include "tools/postern/finding.hpp"
#include "tools/postern/host.hpp"
#include "tools/postern/postfix_config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::tool {

/// A list of milters as one process sees it.
struct Hook {
    const PostfixService* service = nullptr; ///< null: no row of master.cf
    std::string parameter;                   ///< smtpd_milters, non_smtpd_milters
    std::vector<MilterEntry> entries;
    bool chroot = false;

    /// Where a parameter this process uses is written.
    [[nodiscard]] config::Origin origin(const PostfixConfig& postfix, std::string_view name) const {
        return service != nullptr ? postfix.origin(*service, name) : postfix.origin(name);
    }
    [[nodiscard]] std::string value(const PostfixConfig& postfix, std::string_view name) const {
        return service != nullptr ? postfix.value(*service, name) : postfix.value(name);
    }
};

/// `entry`: the one of the list that is ours. `queue_directory`: without symbolic links.
Findings check_hook(const Hook& hook, const MilterEntry& entry, const PostfixConfig& postfix,
                    const std::string& queue_directory, const Host& host);

} // namespace postern::tool
