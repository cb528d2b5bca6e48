#include "common/base/socket_address.hpp"

#include "common/base/text.hpp"

namespace postern {

namespace {

constexpr std::string_view kForms =
    "; write unix:/path, inet:host:port, inet:[address]:port or inet:port@host";

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

Result<std::uint16_t> parse_port(std::string_view text, std::string_view whole) {
    const auto port = parse_number<std::uint16_t>(text);
    if (!port || *port == 0)
        return fail(quoted(text) + " in socket name " + quoted(whole) +
                    " is no port number (1 to 65535)" + std::string(kForms));
    return *port;
}

/// Without the brackets around an IPv6 address.
std::string_view unbracket(std::string_view host) {
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
        return host.substr(1, host.size() - 2);
    return host;
}

Result<SocketAddress> parse_unix(std::string_view path, std::string_view whole) {
    if (path.empty()) return fail("socket name " + quoted(whole) + " has no path");
    if (path.find('\0') != std::string_view::npos)
        return fail("socket path with a NUL octet in it");
    if (path.size() > kMaxUnixPath)
        return fail("socket path " + quoted(path) + " has " + std::to_string(path.size()) +
                    " octets, at most " + std::to_string(kMaxUnixPath) + " fit");
    SocketAddress address;
    address.path = path;
    return address;
}

Result<SocketAddress> parse_inet(SocketAddress::Kind kind, std::string_view rest,
                                 std::string_view whole) {
    std::string_view host, port;
    if (const auto at = rest.find('@'); at != std::string_view::npos) { // port@host
        port = rest.substr(0, at);
        host = rest.substr(at + 1);
        if (host.empty()) return fail("no host after the @ in socket name " + quoted(whole));
    } else if (const auto colon = rest.rfind(':'); colon != std::string_view::npos) { // host:port
        host = rest.substr(0, colon);
        port = rest.substr(colon + 1);
        if (host.find(':') != std::string_view::npos && host.front() != '[')
            return fail("IPv6 address in socket name " + quoted(whole) + " needs brackets: inet:[" +
                        std::string(host) + "]:" + std::string(port));
    } else {
        port = rest;
    }
    const auto number = parse_port(port, whole);
    if (!number) return tl::unexpected(number.error());
    host = unbracket(host);
    for (const char c : host)
        if (!is_alpha(c) && !is_digit(c) && c != '.' && c != '-' && c != '_' && c != ':' &&
            c != '%')
            return fail("host " + quoted(host) + " in socket name " + quoted(whole) +
                        " is no host name or address");
    SocketAddress address;
    address.kind = kind;
    address.host = host;
    address.port = *number;
    return address;
}

} // namespace

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
    text = trim(text);
    if (text.starts_with('/')) return parse_unix(text, text);
    const auto halves = cut(text, ':');
    if (!halves)
        return fail("socket name " + quoted(text) + " has no transport" + std::string(kForms));
    if (halves->before == "unix" || halves->before == "local")
        return parse_unix(halves->after, text);
    if (halves->before == "inet") return parse_inet(Kind::Inet, halves->after, text);
    if (halves->before == "inet6") return parse_inet(Kind::Inet6, halves->after, text);
    return fail("unknown transport " + quoted(halves->before) + " in socket name " + quoted(text) +
                std::string(kForms));
}

std::string SocketAddress::text() const {
    if (kind == Kind::Unix) return "unix:" + path;
    const std::string family = kind == Kind::Inet6 ? "inet6:" : "inet:";
    if (host.empty()) return family + std::to_string(port);
    const bool bracket = host.find(':') != std::string::npos;
    return family + (bracket ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

} // namespace postern
