// The name servers a resolver asks: where they are, and in which order they are worth asking now.
#pragma once

#include "common/base/guarded.hpp"
#include "common/base/result.hpp"
#include "common/base/socket_address.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace postern::dns {

class Server {
public:
    /// Of an IP address, IPv6 perhaps with the zone of an interface of this host; names are an
    /// error.
    static Result<Server> create(const SocketAddress& address);

    [[nodiscard]] const sockaddr* address() const noexcept;
    [[nodiscard]] socklen_t address_size() const noexcept { return size_; }
    [[nodiscard]] int family() const noexcept { return address_.ss_family; }
    /// Nobody but this host's own processes can answer from there.
    [[nodiscard]] bool is_loopback() const noexcept;
    /// "192.0.2.1", "[2001:db8::1]:5300": for reasons; the port only where it is not 53.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    Server() = default;
    sockaddr_storage address_{};
    socklen_t size_ = 0;
    std::string text_;
};

/// Servers in their configured order, those that kept silent lately behind the others: with a dead
/// first server not every mail pays for finding out. Thread-safe.
class ServerList {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// So many unanswered tries in a row, then the server is asked last for so long. One try is no
    /// proof: some names are answered late or never by the best of resolvers.
    static constexpr unsigned kSilentTries = 4;
    static constexpr std::chrono::seconds kAvoided{30};

    explicit ServerList(std::vector<Server> servers);

    [[nodiscard]] std::size_t size() const noexcept { return servers_.size(); }
    [[nodiscard]] const Server& operator[](std::size_t index) const { return servers_[index]; }
    /// Indices of all servers, the best first.
    [[nodiscard]] std::vector<std::size_t> order(Time now) const;

    void answered(std::size_t index);
    void kept_silent(std::size_t index, Time now);

private:
    struct Health {
        unsigned silent_tries = 0;
        Time avoid_until{};
    };
    std::vector<Server> servers_;
    Guarded<std::vector<Health>> health_;
};

} // namespace postern::dns
