// Where a command asks DNS: a file given with --dns, else as [dns] of postern.conf says.
#pragma once

#include "common/dns/resolver.hpp"
#include "tools/postern/arguments.hpp"
#include "tools/postern/command.hpp"

#include <memory>
#include <string_view>

namespace postern::tool {

inline constexpr ArgumentOption kDnsOption{
    .name = "dns",
    .value = "FILE",
    .help = "Take all answers from this file, in place of the network: zone text, or a JSON object "
            "like {\"example.org. TXT\": [\"v=spf1 -all\"]}. See postern-replay(1)."};
inline constexpr ArgumentOption kConfigOption{
    .name = "config",
    .letter = 'c',
    .value = "FILE",
    .help = "The configuration whose [dns] says which name servers to ask, without --dns. "
            "Default: /etc/postern/postern.conf."};

/// The resolver for a command that has both options; when there is none it has been said why, and
/// `code` is how the command ends.
std::shared_ptr<dns::Resolver> resolver_for(std::string_view command, const Arguments& arguments,
                                            Streams io, int& code);

} // namespace postern::tool
