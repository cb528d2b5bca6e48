#include "common/dns/options.hpp"

#include "common/base/ip.hpp"
#include "common/base/text.hpp"
#include "common/config/reader.hpp"
#include "common/dns/fixture.hpp"
#include "common/dns/recorder.hpp"
#include "common/dns/resolv_conf.hpp"
#include "common/dns/server.hpp"

#include <utility>

namespace postern::dns {
namespace {

constexpr std::uint16_t kDnsPort = 53;

void read_servers(config::Reader& dns, ResolverOptions& options) {
    for (const config::Value& word : dns.words("servers")) {
        auto server = parse_name_server(word.text);
        if (server)
            options.servers.push_back(std::move(*server));
        else
            dns.problem("servers", word, server.error().message);
    }
}

/// What resolv.conf says where [dns] does not.
void take_from_host(const config::Reader& dns, const std::string& path, ResolverOptions& options) {
    const ResolvConf host = read_resolv_conf(path);
    for (const std::string& address : host.nameservers)
        options.servers.push_back(
            {.kind = SocketAddress::Kind::Inet, .host = address, .port = kDnsPort});
    if (host.timeout && !dns.given("timeout")) options.timeout = *host.timeout;
    if (host.attempts && !dns.given("attempts")) options.attempts = *host.attempts;
    if (host.trust_ad && !dns.given("trust-ad")) options.trust_ad = TrustAd::Always;
}

/// Are files what they were when `previous` was made?
bool is_current(const ConfiguredResolver& previous) {
    if (previous.options.fixture.empty()) return true;
    const auto stamp = stat_file(previous.options.fixture);
    return stamp && previous.fixture == *stamp;
}

} // namespace

Result<SocketAddress> parse_name_server(std::string_view text) {
    std::string_view host = text;
    std::uint16_t port = kDnsPort;
    const std::size_t colon = text.rfind(':');
    const bool in_brackets = !text.empty() && text.front() == '[';
    // One colon is a port's; more of them are an IPv6 address, whose port needs brackets.
    if (colon != std::string_view::npos && colon != 0 &&
        (in_brackets ? text[colon - 1] == ']' : text.find(':') == colon)) {
        const auto number = parse_number<std::uint16_t>(text.substr(colon + 1));
        if (!number || *number == 0)
            return fail(config::in_quotes(text) + ": the port is no number from 1 to 65535");
        port = *number;
        host = text.substr(0, colon);
    }
    if (host.size() > 1 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    SocketAddress address{
        .kind = SocketAddress::Kind::Inet, .host = std::string(host), .port = port};
    // Loose spellings of IPv4 ("127.1", "010.0.0.1") mean different things to different readers.
    const bool is_v4 = host.find(':') == std::string_view::npos;
    if ((is_v4 && !IpAddress::parse(host)) || !Server::create(address))
        return fail(config::in_quotes(text) +
                    " is no IP address; write 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:5353");
    return address;
}

ResolverOptions read_options(const config::Settings& settings, config::Problems& problems,
                             const std::string& resolv_conf) {
    using std::chrono::seconds;
    config::Reader dns(settings, kDnsSection.name, problems);
    ResolverOptions options;
    options.timeout = dns.duration("timeout", {.min = seconds(1), .max = seconds(60)});
    options.attempts = dns.number<unsigned>("attempts", {.min = 1, .max = 10});
    options.edns_size = dns.number<std::uint16_t>("edns-size", {.min = 0, .max = 4096});
    if (options.edns_size != 0 && options.edns_size < 512)
        dns.problem("edns-size", "less than 512 octets", "write 0, or 512 to 4096");
    options.trust_ad = dns.choice<TrustAd>("trust-ad", {{"loopback", TrustAd::LoopbackOnly},
                                                        {"always", TrustAd::Always},
                                                        {"never", TrustAd::Never}});
    options.cache_octets = dns.size("cache-size", {.max = std::uint64_t{64} << 30});
    options.max_ttl = dns.duration("max-ttl");
    options.max_negative_ttl = dns.duration("max-negative-ttl");
    options.failure_ttl = dns.duration("failure-ttl", {.max = std::chrono::minutes(5)});
    options.serve_stale = dns.duration("serve-stale");
    options.fixture = dns.path("fixture");
    options.record = dns.path("record");
    read_servers(dns, options);
    if (!dns.is_set("servers") && options.fixture.empty())
        take_from_host(dns, resolv_conf, options);
    return options;
}

Result<ConfiguredResolver> configure_resolver(const ResolverOptions& options,
                                              const ConfiguredResolver* previous,
                                              std::function<void(const std::string&)> report) {
    if (previous != nullptr && previous->resolver && previous->options == options &&
        is_current(*previous))
        return *previous;
    ConfiguredResolver made{.options = options};
    if (!options.fixture.empty()) {
        const auto file = read_file(options.fixture, kMaxFixtureOctets);
        if (!file) return tl::unexpected(file.error());
        auto fixture = FixtureResolver::parse(file->text, options.fixture);
        if (!fixture) return tl::unexpected(fixture.error());
        made.fixture = file->stamp;
        made.resolver = std::make_shared<FixtureResolver>(std::move(*fixture));
    } else {
        auto network = UdpResolver::create({.servers = options.servers,
                                            .timeout = options.timeout,
                                            .attempts = options.attempts,
                                            .edns_size = options.edns_size,
                                            .trust_ad = options.trust_ad});
        if (!network) return tl::unexpected(network.error());
        made.resolver = std::move(*network);
    }
    if (!options.record.empty()) {
        auto recorder = Recorder::open(options.record, made.resolver, std::move(report));
        if (!recorder) return tl::unexpected(recorder.error());
        made.resolver = std::move(*recorder);
    }
    if (options.cache_octets != 0) {
        const auto cache = std::make_shared<CacheResolver>(
            made.resolver,
            CacheOptions{.octets = options.cache_octets,
                         .max_ttl = options.max_ttl,
                         .max_negative_ttl = options.max_negative_ttl,
                         .failure_ttl = options.failure_ttl,
                         .serve_stale = options.serve_stale},
            std::make_shared<SystemClock>());
        made.cache = cache;
        made.resolver = cache;
    }
    return made;
}

Result<std::shared_ptr<Resolver>> make_resolver(const ResolverOptions& options) {
    auto made = configure_resolver(options);
    if (!made) return tl::unexpected(std::move(made.error()));
    return std::move(made->resolver);
}

} // namespace postern::dns
