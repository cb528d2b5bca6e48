#include "common/base/file.hpp"
#include "common/dns/channel.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <utility>
#include <vector>

namespace postern::dns {
namespace {

constexpr std::size_t kLength = 2;

class TcpChannel final : public Channel {
public:
    TcpChannel(const Server& server, Query query) : Channel(std::move(query)) { open(server); }

    State proceed(std::span<std::uint8_t>) override {
        if (connecting_) {
            const State state = finish_connect();
            if (connecting_) return state;
        }
        if (sent_ < packet_.size()) {
            const State state = send_rest();
            if (sent_ < packet_.size()) return state;
        }
        return receive();
    }

    [[nodiscard]] pollfd wanted() const override {
        const bool writing = connecting_ || sent_ < packet_.size();
        return {.fd = fd_.get(),
                .events = static_cast<short>(writing ? POLLOUT : POLLIN),
                .revents = 0};
    }

private:
    static bool try_later() noexcept {
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    }
    State system_failed() { return failed("TCP: " + errno_text(errno)); }

    void open(const Server& server) {
        const std::vector<std::uint8_t> message = format_query(query_);
        packet_ = {static_cast<std::uint8_t>(message.size() >> 8U),
                   static_cast<std::uint8_t>(message.size() & 0xFFU)};
        packet_.insert(packet_.end(), message.begin(), message.end());
        fd_.reset(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!fd_ || (::connect(fd_.get(), server.address(), server.address_size()) != 0 &&
                     errno != EINPROGRESS && errno != EINTR))
            why_ = "TCP: " + errno_text(errno);
    }

    State finish_connect() {
        pollfd writable{.fd = fd_.get(), .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&writable, 1, 0);
        if (ready == 0 || (ready < 0 && errno == EINTR)) return State::Waiting;
        socklen_t size = sizeof(int);
        int error = 0;
        if (ready < 0 || ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0)
            return system_failed();
        if (error != 0) return failed("TCP: " + errno_text(error));
        connecting_ = false;
        return State::Waiting;
    }

    State send_rest() {
        const ssize_t size =
            ::send(fd_.get(), packet_.data() + sent_, packet_.size() - sent_, MSG_NOSIGNAL);
        if (size < 0) return try_later() ? State::Waiting : system_failed();
        sent_ += static_cast<std::size_t>(size);
        return State::Waiting;
    }

    /// First two octets that say how many follow (RFC 1035 4.2.2), then those; a server may send
    /// each octet on its own.
    State receive() {
        while (true) {
            if (have_ == received_.size()) {
                const std::size_t size =
                    have_ < kLength ? kLength
                                    : kLength + ((std::size_t{received_[0]} << 8U) | received_[1]);
                if (have_ == size) return read();
                received_.resize(size);
            }
            const ssize_t size =
                ::recv(fd_.get(), received_.data() + have_, received_.size() - have_, 0);
            if (size < 0) return try_later() ? State::Waiting : system_failed();
            if (size == 0) return failed("TCP: connection closed before the reply was whole");
            have_ += static_cast<std::size_t>(size);
        }
    }

    State read() {
        Reading reading =
            read_reply(std::span<const std::uint8_t>(received_).subspan(kLength), query_);
        if (reading.kind != Reading::Kind::Reply) return failed("TCP: reply not well-formed");
        reply_ = std::move(reading.reply);
        return State::Replied;
    }

    bool connecting_ = true;
    std::size_t sent_ = 0;
    std::vector<std::uint8_t> packet_;   ///< with its length in front
    std::vector<std::uint8_t> received_; ///< as well; as large as is known to come
    std::size_t have_ = 0;               ///< of received_
};

} // namespace

std::unique_ptr<Channel> open_tcp(const Server& server, Query query) {
    return std::make_unique<TcpChannel>(server, std::move(query));
}

} // namespace postern::dns
