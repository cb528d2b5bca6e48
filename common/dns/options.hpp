// [dns] of postern.conf, the same for every program that asks, and the resolver it describes.
//
//     const dns::ResolverOptions options = dns::read_options(settings, problems);
//     auto dns = dns::configure_resolver(options, nullptr, report);   // at start
//     auto next = dns::configure_resolver(options, &*dns, report);    // at reload: keeps the cache
//     dns->resolver->ask(questions, deadline);
#pragma once

#include "common/base/file.hpp"
#include "common/base/result.hpp"
#include "common/base/socket_address.hpp"
#include "common/config/settings.hpp"
#include "common/dns/cache.hpp"
#include "common/dns/resolver.hpp"
#include "common/dns/udp_resolver.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::dns {

inline constexpr std::array kDnsOptions{
    config::Option{
        .name = "servers",
        .kind = config::Kind::List,
        .default_value = "",
        .help =
            "Name servers to ask, in this order: IP addresses, with a port as 127.0.0.1:5353 or "
            "[::1]:5353. They must be resolvers that ask on our behalf; best is one on this "
            "host. Without any those of /etc/resolv.conf are asked.",
        .example = "127.0.0.1, [::1]:5353"},
    config::Option{.name = "timeout",
                   .kind = config::Kind::Duration,
                   .default_value = "2s",
                   .help = "How long one server is waited for before the next one is asked. If it "
                           "is not set and the servers are those of /etc/resolv.conf, the timeout "
                           "of that file counts."},
    config::Option{.name = "attempts",
                   .kind = config::Kind::Number,
                   .default_value = "2",
                   .help = "How many times every server is asked. If it is not set and the servers "
                           "are those of /etc/resolv.conf, the attempts of that file count."},
    config::Option{.name = "edns-size",
                   .kind = config::Kind::Number,
                   .default_value = "1232",
                   .help = "The largest answer we offer to take over UDP, in octets; larger ones "
                           "come over TCP. 0: no EDNS at all, for servers that choke on it."},
    config::Option{.name = "trust-ad",
                   .kind = config::Kind::Choice,
                   .default_value = "loopback",
                   .help = "Whose word is believed that DNSSEC proved an answer (the AD bit): "
                           "servers on this host, every server, or none. The option trust-ad of "
                           "/etc/resolv.conf means every server of that file.",
                   .choices = "loopback|always|never"},
    config::Option{.name = "cache-size",
                   .kind = config::Kind::Size,
                   .default_value = "16M",
                   .help = "Memory for answers, in octets. 0: no cache."},
    config::Option{.name = "max-ttl",
                   .kind = config::Kind::Duration,
                   .default_value = "1d",
                   .help = "No answer is kept longer, whatever its TTL."},
    config::Option{.name = "max-negative-ttl",
                   .kind = config::Kind::Duration,
                   .default_value = "1h",
                   .help = "The same for answers that a name or its records do not exist."},
    config::Option{.name = "failure-ttl",
                   .kind = config::Kind::Duration,
                   .default_value = "5s",
                   .help = "After a failure (SERVFAIL, no answer, DNSSEC validation failed) the "
                           "same is not asked again for so long; at most 5m (RFC 9520)."},
    config::Option{.name = "serve-stale",
                   .kind = config::Kind::Duration,
                   .default_value = "0",
                   .help = "When nobody answers, records that expired at most so long ago are used "
                           "instead (RFC 8767). 0: never.",
                   .example = "1d"},
    config::Option{.name = "fixture",
                   .kind = config::Kind::Path,
                   .default_value = "",
                   .help = "Zone text or JSON whose records are used in place of the network, for "
                           "tests and for replaying mail.",
                   .example = "/tmp/test.zone"},
    config::Option{.name = "record",
                   .kind = config::Kind::Path,
                   .default_value = "",
                   .help =
                       "File that every first answer to a question is added to, as a fixture in "
                       "the JSON form.",
                   .example = "/tmp/dns.json"},
};
inline constexpr config::Section kDnsSection{
    .name = "dns", .help = "Whom we ask, how long, and what we remember.", .options = kDnsOptions};

struct ResolverOptions {
    std::vector<SocketAddress> servers;               ///< never empty unless there is a fixture
    std::chrono::milliseconds timeout{2000};          ///< of one try at one server
    unsigned attempts = 2;                            ///< rounds over the servers
    std::uint16_t edns_size = 1232;                   ///< 0: no EDNS
    TrustAd trust_ad = TrustAd::LoopbackOnly;         ///< whose AD bit counts
    std::size_t cache_octets = std::size_t{16} << 20; ///< 0: no cache
    std::chrono::seconds max_ttl{86400};
    std::chrono::seconds max_negative_ttl{3600};
    std::chrono::seconds failure_ttl{5};
    std::chrono::seconds serve_stale{0}; ///< how long past its TTL a good answer may be given
    std::string fixture;                 ///< zone text or JSON in place of the network; empty: none
    std::string record; ///< file that every answer is appended to, as a fixture; empty: none
    friend bool operator==(const ResolverOptions&, const ResolverOptions&) = default;
};

/// `settings` must have been read with kDnsSection among its sections. Servers not given are those
/// of `resolv_conf`, read now.
ResolverOptions read_options(const config::Settings& settings, config::Problems& problems,
                             const std::string& resolv_conf = "/etc/resolv.conf");

/// "127.0.0.1", "127.0.0.1:5353", "::1", "[::1]:5353", "fe80::1%eth0". The error says what would be
/// right.
Result<SocketAddress> parse_name_server(std::string_view text);

struct ConfiguredResolver {
    ResolverOptions options;
    std::shared_ptr<Resolver> resolver;         ///< the head of the chain
    std::shared_ptr<const CacheResolver> cache; ///< for statistics; null: none
    std::optional<FileStamp> fixture;           ///< of the file that was read
};

/// The whole chain: cache before recorder before the network or the fixture. The error says which
/// file could not be read or written. `previous` is given back as it is when nothing has changed,
/// neither the options nor the fixture's file, so that a reload loses no answers. `report` is told
/// once if the record can no longer be written; from any thread.
Result<ConfiguredResolver> configure_resolver(const ResolverOptions& options,
                                              const ConfiguredResolver* previous = nullptr,
                                              std::function<void(const std::string&)> report = {});

/// The same for those who never reload.
Result<std::shared_ptr<Resolver>> make_resolver(const ResolverOptions& options);

} // namespace postern::dns
