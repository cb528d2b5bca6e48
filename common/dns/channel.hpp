// One query on its way to one server: a datagram and what comes back for it, or the same over TCP.
// Never blocks; poll() tells when to call proceed().
//
//     auto channel = dns::open_udp(server, std::move(query));
//     if (!channel->why().empty()) return trouble;
//     do poll(channel->wanted()); while (channel->proceed(buffer) == Channel::State::Waiting);
#pragma once

#include "common/base/unique_fd.hpp"
#include "common/dns/server.hpp"
#include "common/dns/wire.hpp"

#include <poll.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace postern::dns {

class Channel {
public:
    enum class State : std::uint8_t {
        Waiting,   ///< as wanted() says
        Replied,   ///< take reply()
        Truncated, ///< the same query is to go over TCP
        Failed,    ///< why() says how; nothing will come any more
    };

    virtual ~Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Does what can be done without waiting. `buffer` is for a datagram of any size; its content
    /// is of no interest afterwards.
    virtual State proceed(std::span<std::uint8_t> buffer) = 0;
    [[nodiscard]] virtual pollfd wanted() const = 0;

    [[nodiscard]] Reply& reply() noexcept { return reply_; }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

protected:
    explicit Channel(Query query) : query_(std::move(query)) {}
    State failed(std::string why) {
        why_ = std::move(why);
        return State::Failed;
    }

    Query query_;
    UniqueFd fd_;
    Reply reply_;
    std::string why_;
};

/// A new socket, connected, so that the kernel shows us nothing but what this server sends to this
/// port; the port is the kernel's random choice. Where there is no socket or no way to the server,
/// why() of the channel says so from the beginning.
std::unique_ptr<Channel> open_udp(const Server& server, Query query);
/// As above, over TCP (RFC 7766). Here nonsense ends the exchange: nobody else can have sent it.
std::unique_ptr<Channel> open_tcp(const Server& server, Query query);

} // namespace postern::dns
