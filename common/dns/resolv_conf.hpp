// /etc/resolv.conf as resolv.conf(5) and glibc read it: which servers this host asks, how long and
// how often.
//
//     const dns::ResolvConf host = dns::read_resolv_conf();
//     for (const std::string& server : host.nameservers) ... // never empty
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::dns {

struct ResolvConf {
    /// IP addresses in text, the zone of a link-local one behind a percent sign ("fe80::1%eth0"),
    /// in the order to ask; at most three, as in glibc. Never empty: without any, 127.0.0.1.
    std::vector<std::string> nameservers;
    std::optional<std::chrono::seconds> timeout; ///< "timeout:", 1 to 30 s
    std::optional<unsigned> attempts;            ///< "attempts:", 1 to 5
    bool trust_ad = false; ///< "trust-ad": the administrator vouches for the way to the servers
    friend bool operator==(const ResolvConf&, const ResolvConf&) = default;
};

/// Whatever it does not understand it passes over, as glibc does; search, domain, sortlist and
/// ndots are of no use here, where all names are whole.
ResolvConf parse_resolv_conf(std::string_view text);

/// A file that cannot be read counts as empty, as in glibc.
ResolvConf read_resolv_conf(const std::string& path = "/etc/resolv.conf");

} // namespace postern::dns
