#include "milters/frame/client.hpp"

namespace postern::milter {

bool Client::is_local_submission() const {
    // All three: the port alone is 0 too for a stranger whose XCLIENT or PROXY command names none.
    static const auto v4 = IpAddress::parse("127.0.0.1");
    static const auto v6 = IpAddress::parse("::1"); // where inet_protocols begins with ipv6
    return port == 0 && name == "localhost" && (address == v4 || address == v6);
}

bool Client::has_name() const noexcept {
    return !name.empty() && name.front() != '[' && name != "unknown";
}

std::string Client::text() const {
    // Postfix tells milters "[address]" where its own log says "unknown[address]".
    const bool unknown = name.empty() || name.front() == '[';
    return (unknown ? "unknown" : name) + (address ? "[" + address->text() + "]" : std::string());
}

} // namespace postern::milter
