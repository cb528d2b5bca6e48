#include "common/base/file.hpp"
#include "common/base/text.hpp"
#include "common/dns/channel.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace postern::dns {
namespace {

/// Datagrams looked at before the clock is looked at again: a flood must not hold us.
constexpr int kDatagramsAtOnce = 16;

class UdpChannel final : public Channel {
public:
    UdpChannel(const Server& server, Query query) : Channel(std::move(query)) { open(server); }

    State proceed(std::span<std::uint8_t> buffer) override {
        for (int i = 0; i < kDatagramsAtOnce; ++i) {
            const ssize_t size =
                ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
            if (size < 0 && errno == EINTR) continue;
            if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return State::Waiting;
            if (size < 0) return failed(errno_text(errno)); // above all ECONNREFUSED, by ICMP
            const auto octets = static_cast<std::size_t>(size);
            if (octets > buffer.size()) continue;
            const State state = read(buffer.first(octets));
            if (state != State::Waiting) return state;
        }
        return State::Waiting;
    }

    [[nodiscard]] pollfd wanted() const override {
        return {.fd = fd_.get(), .events = POLLIN, .revents = 0};
    }

private:
    void open(const Server& server) {
        fd_.reset(::socket(server.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        // connect() of an unbound socket binds it to a random port, as bind() to port 0 would.
        if (!fd_ || ::connect(fd_.get(), server.address(), server.address_size()) != 0) {
            why_ = errno_text(errno);
            return;
        }
        const std::vector<std::uint8_t> packet = format_query(query_);
        ssize_t sent = -1;
        do {
            sent = ::send(fd_.get(), packet.data(), packet.size(), MSG_NOSIGNAL);
        } while (sent < 0 && errno == EINTR);
        if (sent < 0) why_ = errno_text(errno);
    }

    State read(std::span<const std::uint8_t> packet) {
        Reading reading = read_reply(packet, query_);
        switch (reading.kind) {
        case Reading::Kind::Foreign:
            return State::Waiting; // the true one may yet come
        case Reading::Kind::Unreadable:
            return failed("reply not well-formed");
        case Reading::Kind::Truncated:
            return State::Truncated;
        case Reading::Kind::Reply:
            reply_ = std::move(reading.reply);
            return State::Replied;
        }
        return State::Waiting;
    }
};

} // namespace

std::unique_ptr<Channel> open_udp(const Server& server, Query query) {
    return std::make_unique<UdpChannel>(server, std::move(query));
}

} // namespace postern::dns
