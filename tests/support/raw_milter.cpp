#include "tests/support/raw_milter.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

namespace postern::testing_support {

std::string number(std::uint32_t value) {
    const std::uint32_t network = htonl(value);
    return {reinterpret_cast<const char*>(&network), sizeof network};
}

std::string frame(char command, std::string_view data) {
    return number(static_cast<std::uint32_t>(data.size() + 1)) + command + std::string(data);
}

std::string strings(std::initializer_list<std::string_view> words) {
    std::string all;
    for (const std::string_view word : words)
        (all += word) += '\0';
    return all;
}

std::string negotiation(std::uint32_t protocol, std::uint32_t actions, std::uint32_t version) {
    return frame('O', number(version) + number(actions) + number(protocol));
}

std::string connect_frame(std::string_view name, std::string_view address) {
    return frame('C', strings({name}) + "4" + std::string("\x10\x92", 2) + strings({address}));
}

RawMilter::RawMilter(const SocketAddress& address) {
    const bool local = address.kind == SocketAddress::Kind::Unix;
    UniqueFd fd(::socket(local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    int connected = -1;
    if (local) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::memcpy(name.sun_path, address.path.data(), address.path.size());
        connected = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
    } else {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(address.port);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
    }
    if (connected == 0) fd_ = std::move(fd);
}

bool RawMilter::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool RawMilter::drip(std::string_view bytes, std::chrono::milliseconds pause) {
    for (const char octet : bytes) {
        if (!send({&octet, 1})) return false;
        std::this_thread::sleep_for(pause);
    }
    return true;
}

bool RawMilter::receive(std::chrono::steady_clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd wanted{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    if (end_seen_ || left.count() <= 0 || ::poll(&wanted, 1, static_cast<int>(left.count())) <= 0)
        return false;
    std::array<char, 65536> bytes{};
    const ssize_t got = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (got <= 0) {
        end_seen_ = true; // an orderly end, or a reset because we sent what nobody read
        return false;
    }
    buffered_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
}

RawMilter::Frame RawMilter::reply(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        if (buffered_.size() >= 5) {
            std::uint32_t network = 0;
            std::memcpy(&network, buffered_.data(), sizeof network);
            const std::size_t length = ntohl(network);
            if (length > 0 && buffered_.size() >= 4 + length) {
                Frame whole{.command = buffered_[4], .data = buffered_.substr(5, length - 1)};
                buffered_.erase(0, 4 + length);
                return whole;
            }
        }
        if (!receive(deadline)) return {.command = end_seen_ ? '\0' : '?', .data = {}};
    }
}

bool RawMilter::closed(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (receive(deadline)) {
    }
    return end_seen_;
}

void RawMilter::half_close() { ::shutdown(fd_.get(), SHUT_WR); }

std::optional<RawMilter::Wishes> RawMilter::negotiate(std::uint32_t protocol,
                                                      std::uint32_t actions) {
    if (!send(negotiation(protocol, actions))) return std::nullopt;
    const Frame answer = reply();
    if (answer.command != 'O' || answer.data.size() < 12) return std::nullopt;
    const auto at = [&](std::size_t offset) {
        std::uint32_t network = 0;
        std::memcpy(&network, answer.data.data() + offset, sizeof network);
        return ntohl(network);
    };
    Wishes wishes{.version = at(0), .actions = at(4), .protocol = at(8), .macros = {}};
    for (std::size_t offset = 12; offset + 4 < answer.data.size();) {
        const std::string names = answer.data.c_str() + offset + 4;
        wishes.macros.emplace_back(at(offset), names);
        offset += 4 + names.size() + 1;
    }
    return wishes;
}

RawMilter::Frame RawMilter::message(std::string_view body) {
    edits.clear();
    send(frame('M', strings({"<ann@example.org>", "SIZE=100"})));
    Frame answer = reply();
    if (answer.command != 'c') return answer;
    send(frame('L', strings({"From", " ann@example.org"})) +
         frame('L', strings({"Subject", " folded\n text"})) + frame('N'));
    answer = reply();
    if (answer.command != 'c') return answer;
    send(frame('B', body) + frame('E'));
    for (;;) {
        answer = reply();
        if (std::string_view("actrdy?").find(answer.command) != std::string_view::npos ||
            answer.command == '\0')
            return answer;
        edits.push_back(answer);
    }
}

} // namespace postern::testing_support
