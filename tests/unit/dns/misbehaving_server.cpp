#include "tests/unit/dns/misbehaving_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <list>
#include <stdexcept>
#include <utility>

namespace postern::testing_support {
namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

UniqueFd bound(int type, std::uint16_t port) {
    UniqueFd fd(::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const sockaddr_in address = loopback(port);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fd.reset();
    return fd;
}

std::uint16_t port_of(const UniqueFd& fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

} // namespace

struct MisbehavingServer::Connection {
    UniqueFd fd;
    Bytes received{};
    std::size_t due = 0; ///< pieces still to be sent
    bool answered = false;
};

struct MisbehavingServer::Due {
    Clock::time_point at;
    Bytes bytes;
    int udp = -1; ///< the socket to send from, or
    sockaddr_in to{};
    Connection* connection = nullptr; ///< the connection to write to
};

MisbehavingServer::MisbehavingServer(Behaviour behaviour, Tcp tcp)
    : behaviour_(std::move(behaviour)) {
    bind_both(tcp);
    thread_ = std::thread([this] { serve(); });
}

MisbehavingServer::~MisbehavingServer() {
    stop_ = true;
    thread_.join();
}

SocketAddress MisbehavingServer::address() const {
    return {.kind = SocketAddress::Kind::Inet, .path = {}, .host = "127.0.0.1", .port = port_};
}

std::string MisbehavingServer::name() const { return "127.0.0.1:" + std::to_string(port_); }

void MisbehavingServer::bind_both(Tcp tcp) {
    elsewhere_ = bound(SOCK_DGRAM, 0);
    for (int i = 0; i < 50; ++i) { // until a port is free for both
        tcp_ = bound(SOCK_STREAM, 0);
        port_ = port_of(tcp_);
        udp_ = bound(SOCK_DGRAM, port_);
        // Bound and not listening, it refuses connections and nobody else gets the port.
        if (udp_ && (tcp == Tcp::Refused || ::listen(tcp_.get(), 64) == 0)) return;
    }
    throw std::runtime_error("no port on loopback");
}

void MisbehavingServer::serve() {
    std::list<Connection> connections;
    std::vector<Due> schedule;
    Bytes buffer(65536);
    const auto answer = [&](Query query, Due due) {
        const auto now = Clock::now();
        seen_.with([&](std::vector<Query>& seen) { seen.push_back(query); });
        for (Sent& sent : behaviour_(query)) {
            due.at = now + sent.delay;
            due.bytes = std::move(sent.bytes);
            if (!query.tcp) due.udp = sent.from_elsewhere ? elsewhere_.get() : udp_.get();
            if (due.connection != nullptr) ++due.connection->due;
            schedule.push_back(due);
        }
        std::stable_sort(schedule.begin(), schedule.end(),
                         [](const Due& a, const Due& b) { return a.at < b.at; });
    };
    while (!stop_) {
        std::vector<pollfd> polled{{udp_.get(), POLLIN, 0}, {tcp_.get(), POLLIN, 0}};
        for (const Connection& connection : connections)
            polled.push_back({connection.fd.get(), POLLIN, 0});
        ::poll(polled.data(), polled.size(), schedule.empty() ? 5 : 1);

        sockaddr_in from{};
        socklen_t size = sizeof from;
        ssize_t octets = 0;
        while ((octets = ::recvfrom(udp_.get(), buffer.data(), buffer.size(), 0,
                                    reinterpret_cast<sockaddr*>(&from), &size)) >= 0)
            answer({.packet = Bytes(buffer.begin(), buffer.begin() + octets),
                    .tcp = false,
                    .port = ntohs(from.sin_port)},
                   {.at = {}, .bytes = {}, .udp = -1, .to = from});
        if (const int fd = ::accept4(tcp_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            fd >= 0)
            connections.push_back({.fd = UniqueFd(fd)});
        for (Connection& connection : connections) {
            Bytes& received = connection.received;
            octets = ::recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
            if (octets > 0)
                received.insert(received.end(), buffer.begin(), buffer.begin() + octets);
            if (connection.answered || received.size() < 2) continue;
            if (received.size() < 2 + ((std::size_t{received[0]} << 8U) | received[1])) continue;
            connection.answered = true;
            answer({.packet = Bytes(received.begin() + 2, received.end()), .tcp = true},
                   {.at = {}, .bytes = {}, .udp = -1, .to = {}, .connection = &connection});
        }
        while (!schedule.empty() && schedule.front().at <= Clock::now()) {
            Due due = std::move(schedule.front());
            schedule.erase(schedule.begin());
            if (due.connection == nullptr) {
                ::sendto(due.udp, due.bytes.data(), due.bytes.size(), MSG_NOSIGNAL,
                         reinterpret_cast<const sockaddr*>(&due.to), sizeof due.to);
                continue;
            }
            // Small enough for the buffers of a socket, or else cut: both are what tests want.
            ::send(due.connection->fd.get(), due.bytes.data(), due.bytes.size(), MSG_NOSIGNAL);
            --due.connection->due;
        }
        connections.remove_if([](const Connection& connection) {
            return connection.answered && connection.due == 0;
        });
    }
}

SocketAddress closed_port() {
    // Taken for both and let go again; the kernel hands out others meanwhile.
    const UniqueFd udp = bound(SOCK_DGRAM, 0);
    return {
        .kind = SocketAddress::Kind::Inet, .path = {}, .host = "127.0.0.1", .port = port_of(udp)};
}

} // namespace postern::testing_support
