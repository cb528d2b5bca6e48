// The network: questions to name servers over UDP, over TCP where an answer does not fit.
//
//     const auto resolver = dns::UdpResolver::create({.servers = {{.kind =
//     SocketAddress::Kind::Inet,
//                                                                 .host = "127.0.0.1",
//                                                                 .port = 53}}});
//     if (!resolver) return fail(resolver.error().message);
//     (*resolver)->ask(questions, deadline);
//
// Every question has a socket of its own, connected, from a port the kernel picks at random, and a
// random id: what comes from elsewhere is never seen, what does not match is not believed (RFC
// 5452). All of it happens in the thread that asks; nothing is left behind when ask() returns.
#pragma once

#include "common/base/result.hpp"
#include "common/base/socket_address.hpp"
#include "common/dns/resolver.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace postern::dns {

class ServerList;

/// Whose AD bit becomes Answer::authenticated. On a way somebody could forge packets on, AD proves
/// nothing (RFC 6840 5.8, RFC 4035 4.9.3).
enum class TrustAd : std::uint8_t { LoopbackOnly, Always, Never };

inline constexpr unsigned kMostAttempts = 16;

struct UdpOptions {
    /// IP addresses, IPv6 perhaps with a zone ("fe80::1%eth0"); at least one.
    std::vector<SocketAddress> servers = {};
    /// Of one try at one server, and once more where it goes on over TCP. Less where the deadline
    /// would otherwise leave no time for the servers not yet asked.
    std::chrono::milliseconds timeout{5000};
    unsigned attempts = 2;          ///< rounds over the servers, 1 to kMostAttempts
    std::uint16_t edns_size = 1232; ///< what we offer to take over UDP; 0: no EDNS
    TrustAd trust_ad = TrustAd::LoopbackOnly;
    std::size_t sockets = 64; ///< open at once in one ask(); further questions wait their turn
};

class UdpResolver final : public Resolver {
public:
    /// The error names the server that is no IP address, or that there is none.
    static Result<std::unique_ptr<UdpResolver>> create(UdpOptions options);
    ~UdpResolver() override;

    [[nodiscard]] std::vector<Answer> ask(std::span<const Question> questions,
                                          const Deadline& deadline) override;

private:
    explicit UdpResolver(UdpOptions options, std::unique_ptr<ServerList> servers);

    UdpOptions options_;
    std::unique_ptr<ServerList> servers_;
};

} // namespace postern::dns
