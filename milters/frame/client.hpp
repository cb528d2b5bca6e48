// Who is at the other end of the SMTP connection, kept by a session from connect on.
#pragma once

#include "milters/frame/session.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace postern::milter {

struct Client {
    Client() = default;
    explicit Client(const ConnectInfo& info)
        : name(info.name), address(info.address), port(info.port) {}

    /// Did it come by sendmail(1) or the like? cleanup(8) shows that as localhost[127.0.0.1] or
    /// localhost[::1], port 0.
    [[nodiscard]] bool is_local_submission() const;
    /// Does the name say anything? Without a verified name Postfix tells "[address]" or "unknown".
    [[nodiscard]] bool has_name() const noexcept;
    /// "mx.example.org[192.0.2.7]", "unknown[192.0.2.7]": as in Postfix's own log.
    [[nodiscard]] std::string text() const;

    std::string name;
    std::optional<IpAddress> address;
    std::uint16_t port = 0;
};

} // namespace postern::milter
