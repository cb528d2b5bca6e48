// [dns] of postern.conf, the same for every program that asks, and the resolver it describes.
//
//     const dns::ResolverOptions options = dns::read_options(settings, problems);
//     const std::shared_ptr<dns::Resolver> resolver = dns::make_resolver(options);
#pragma once

#include "common/base/result.hpp"
#include "common/base/socket_address.hpp"
#include "common/config/settings.hpp"
#include "common/dns/resolver.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postern::dns {

/// [dns]: servers, port, timeout, attempts, edns-size, cache-size, serve-stale ..., and for
/// replaying mail: fixture, record.
extern const config::Section kDnsSection;

struct ResolverOptions {
    std::vector<SocketAddress> servers;               ///< never empty unless there is a fixture
    std::chrono::milliseconds timeout{5000};          ///< of one try at one server
    unsigned attempts = 2;                            ///< rounds over the servers
    std::uint16_t edns_size = 1232;                   ///< 0: no EDNS
    std::size_t cache_octets = std::size_t{16} << 20; ///< 0: no cache
    std::chrono::seconds max_ttl{86400};
    std::chrono::seconds serve_stale{0}; ///< how long past its TTL a good answer may be given
    std::string fixture;                 ///< zone text or JSON in place of the network; empty: none
    std::string record; ///< file that every answer is appended to, as a fixture; empty: none
    friend bool operator==(const ResolverOptions&, const ResolverOptions&) = default;
};

/// Servers not given are those of /etc/resolv.conf, read now.
ResolverOptions read_options(const config::Settings& settings, config::Problems& problems);

/// The whole chain: cache before recorder before the network or the fixture. The error says which
/// file could not be read or written.
Result<std::shared_ptr<Resolver>> make_resolver(const ResolverOptions& options);

} // namespace postern::dns
