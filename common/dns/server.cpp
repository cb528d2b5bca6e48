#include "common/dns/server.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace postern::dns {
namespace {

constexpr std::uint16_t kDnsPort = 53;

struct AddressesFree {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

std::string text_of(const SocketAddress& address) {
    if (address.port == kDnsPort) return address.host;
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

} // namespace

Result<Server> Server::create(const SocketAddress& address) {
    if (address.kind == SocketAddress::Kind::Unix)
        return fail("name server " + address.text() + " is a path; an IP address is wanted");
    addrinfo hints{};
    hints.ai_family = address.kind == SocketAddress::Kind::Inet6 ? AF_INET6 : AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    // An empty host would be the wildcard of listeners; getaddrinfo() makes loopback of it.
    const int error = address.host.empty()
                          ? EAI_NONAME
                          : ::getaddrinfo(address.host.c_str(),
                                          std::to_string(address.port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, AddressesFree> list(found);
    if (error != 0 || !list || list->ai_addrlen > sizeof(sockaddr_storage))
        return fail("name server \"" + address.host + "\" is no IP address");
    Server server;
    std::memcpy(&server.address_, list->ai_addr, list->ai_addrlen);
    server.size_ = list->ai_addrlen;
    server.text_ = text_of(address);
    return server;
}

const sockaddr* Server::address() const noexcept {
    return reinterpret_cast<const sockaddr*>(&address_);
}

bool Server::is_loopback() const noexcept {
    if (family() == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address_, sizeof v4);
        return (ntohl(v4.sin_addr.s_addr) >> 24U) == 127;
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address_, sizeof v6);
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) != 0;
}

ServerList::ServerList(std::vector<Server> servers)
    : servers_(std::move(servers)), health_(std::vector<Health>(servers_.size())) {}

std::vector<std::size_t> ServerList::order(Time now) const {
    std::vector<std::size_t> order, avoided;
    health_.with([&](const std::vector<Health>& health) {
        for (std::size_t i = 0; i < health.size(); ++i)
            (health[i].avoid_until > now ? avoided : order).push_back(i);
    });
    order.insert(order.end(), avoided.begin(), avoided.end());
    return order;
}

void ServerList::answered(std::size_t index) {
    health_.with([&](std::vector<Health>& health) { health[index] = {}; });
}

void ServerList::kept_silent(std::size_t index, Time now) {
    health_.with([&](std::vector<Health>& health) {
        Health& server = health[index];
        if (++server.silent_tries >= kSilentTries) server.avoid_until = now + kAvoided;
    });
}

} // namespace postern::dns
