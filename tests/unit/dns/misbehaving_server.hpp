// A name server on loopback that answers as a test tells it: late, wrongly, in pieces, not at all.
//
//     MisbehavingServer server([](const MisbehavingServer::Query& query) {
//         return std::vector<MisbehavingServer::Sent>{{.bytes = reply_to(query.packet)}};
//     });
//     UdpResolver::create({.servers = {server.address()}});
#pragma once

#include "common/base/guarded.hpp"
#include "common/base/socket_address.hpp"
#include "common/base/unique_fd.hpp"
#include "tests/unit/dns/packet.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace postern::testing_support {

/// One thread answers on a UDP port and the TCP port of the same number.
class MisbehavingServer {
public:
    enum class Tcp : std::uint8_t { Listening, Refused };
    struct Query {
        Bytes packet; ///< without the length TCP puts in front
        bool tcp = false;
        std::uint16_t port = 0; ///< it came from
    };
    struct Sent {
        Bytes bytes; ///< over TCP as they are: framed() where they should be a message
        std::chrono::milliseconds delay{
            0};                      ///< after the query; a TCP connection ends with the last
        bool from_elsewhere = false; ///< from another port of this host; UDP only
    };
    using Behaviour = std::function<std::vector<Sent>(const Query&)>;

    /// The behaviour is called in the server's thread.
    explicit MisbehavingServer(Behaviour behaviour, Tcp tcp = Tcp::Listening);
    ~MisbehavingServer();
    MisbehavingServer(const MisbehavingServer&) = delete;
    MisbehavingServer& operator=(const MisbehavingServer&) = delete;

    [[nodiscard]] SocketAddress address() const;
    /// "127.0.0.1:5300", as reasons name it.
    [[nodiscard]] std::string name() const;
    /// All queries so far, in the order they came.
    [[nodiscard]] std::vector<Query> seen() const { return seen_.get(); }

private:
    struct Connection;
    struct Due;
    void serve();
    void bind_both(Tcp tcp);

    Behaviour behaviour_;
    UniqueFd udp_, elsewhere_, tcp_;
    std::uint16_t port_ = 0;
    Guarded<std::vector<Query>> seen_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

/// A port of 127.0.0.1 nobody listens on.
SocketAddress closed_port();

} // namespace postern::testing_support
