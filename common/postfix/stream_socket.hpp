// A connected stream socket with time-outs as Postfix counts them: per read and per write.
//
// Blocking calls with SO_RCVTIMEO and SO_SNDTIMEO, so that a round trip costs two system calls.
#pragma once

#include "common/base/result.hpp"
#include "common/base/socket_address.hpp"
#include "common/base/unique_fd.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace postern::postfix {

class StreamSocket {
public:
    /// Tries every address of the host, each with the whole time-out.
    static Result<StreamSocket> connect(const SocketAddress& address,
                                        std::chrono::milliseconds timeout);
    /// Takes a connected descriptor.
    explicit StreamSocket(UniqueFd fd) noexcept : fd_(std::move(fd)) {}

    /// For each later read and write. Nothing is done when it is the one in force.
    void set_timeout(std::chrono::milliseconds timeout) noexcept;

    Result<void> send(std::string_view bytes);
    /// Appends nothing and gives 0 at the end of the stream.
    Result<std::size_t> receive(char* buffer, std::size_t size);

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

private:
    UniqueFd fd_;
    std::chrono::milliseconds timeout_{0};
};

} // namespace postern::postfix
