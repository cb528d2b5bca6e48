#include "milters/frame/worker_call.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace postern::milter {
namespace {

/// SMFIC_ABORT where no message is under way: libmilter reads it and does nothing.
constexpr std::array<char, 5> kNothing{0, 0, 0, 1, 'A'};

bool send_nothing(const UniqueFd& connection) {
    if (!connection) return false;
    const ssize_t sent =
        ::send(connection.get(), kNothing.data(), kNothing.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    // No room: there are enough packets that nobody has read yet.
    return sent == static_cast<ssize_t>(kNothing.size()) ||
           (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

} // namespace

void WorkerCall::ring() noexcept {
    try {
        connection_.with([&](UniqueFd& connection) {
            if (send_nothing(connection)) return;
            connection.reset(); // libmilter closes what was silent for its time-out
            auto fresh = target_.connect();
            if (!fresh) return;
            connection = std::move(*fresh);
            send_nothing(connection);
        });
    } catch (...) { // out of memory for an error text
    }
}

} // namespace postern::milter
