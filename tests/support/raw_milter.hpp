// A milter client that sends whatever a test wants, right or wrong, byte by byte if need be. For
// mail as Postfix sends it there is common/postfix/milter_client; this one is for abuse.
//
//     RawMilter mta(address);
//     mta.negotiate();
//     mta.send(frame('M', "<a@b>\0"s));
//     EXPECT_EQ(mta.reply().command, 'c');
#pragma once

#include "common/base/socket_address.hpp"
#include "common/base/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::testing_support {

/// Length, command, data.
std::string frame(char command, std::string_view data = {});
/// Strings, each with its NUL.
std::string strings(std::initializer_list<std::string_view> words);
std::string number(std::uint32_t value);
/// A negotiation as Postfix 3.7 opens it; `protocol` and `actions` are what it offers.
std::string negotiation(std::uint32_t protocol = 0x1fffff, std::uint32_t actions = 0x1ff,
                        std::uint32_t version = 6);
/// Of a client at `address`, port 4242.
std::string connect_frame(std::string_view name = "client.example",
                          std::string_view address = "192.0.2.7");

class RawMilter {
public:
    struct Frame {
        char command = 0; ///< 0: closed by the filter; '?': nothing came in time
        std::string data;
    };

    /// Not connected if the filter does not listen.
    explicit RawMilter(const SocketAddress& address);
    [[nodiscard]] bool connected() const noexcept { return static_cast<bool>(fd_); }

    /// False when the filter closed meanwhile.
    bool send(std::string_view bytes);
    /// Octet by octet with a pause between.
    bool drip(std::string_view bytes, std::chrono::milliseconds pause);
    Frame reply(std::chrono::milliseconds patience = std::chrono::seconds(10));
    /// Has the filter closed the connection, or does it within `patience`?
    bool closed(std::chrono::milliseconds patience = std::chrono::seconds(10));
    void hang_up() { fd_.reset(); }
    /// No more from us, but we still listen.
    void half_close();

    /// What the filter asks for in its answer; nothing when it gave none.
    struct Wishes {
        std::uint32_t version = 0, actions = 0, protocol = 0;
        std::vector<std::pair<std::uint32_t, std::string>> macros;
    };
    std::optional<Wishes> negotiate(std::uint32_t protocol = 0x1fffff,
                                    std::uint32_t actions = 0x1ff);

    /// One whole message for a filter that answers MAIL, end of headers and end of message only;
    /// the reply to the last step sent (a 4xx to MAIL ends it there), edits before it in `edits`.
    Frame message(std::string_view body = "hello\r\n");
    std::vector<Frame> edits;

private:
    /// More bytes into `buffered_`; false when there were none in time.
    bool receive(std::chrono::steady_clock::time_point deadline);
    UniqueFd fd_;
    std::string buffered_;
    bool end_seen_ = false;
};

} // namespace postern::testing_support
