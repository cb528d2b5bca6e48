// Names of sockets as Postfix and OpenDKIM write them, for those who listen and those who connect.
//
//     unix:/run/x.sock  local:/run/x.sock  /run/x.sock
//     inet:127.0.0.1:8891  inet:[::1]:8891  inet:mail.example.org:8891      (Postfix)
//     inet:8891@127.0.0.1  inet6:8891@::1  inet:8891@[::1]  inet:8891       (libmilter, OpenDKIM)
#pragma once

#include "common/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace postern {

struct SocketAddress {
    enum class Kind : std::uint8_t {
        Unix,
        Inet,  ///< "inet:": whichever family the host has
        Inet6, ///< "inet6:": IPv6 only
    };
    Kind kind = Kind::Unix;
    std::string path;       ///< Unix only
    std::string host;       ///< without brackets; empty: every address when listening
    std::uint16_t port = 0; ///< not for Unix

    /// The error says what is wrong and what would be right.
    static Result<SocketAddress> parse(std::string_view text);
    /// In Postfix's spelling, which parse() reads back.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};

/// Longest path that fits into a sockaddr_un on Linux, without its closing NUL.
inline constexpr std::size_t kMaxUnixPath = 107;

} // namespace postern
