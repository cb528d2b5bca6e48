// Whether Postfix and postern-sign mean the same socket, however either spells it.
#include "common/base/ip.hpp"
#include "common/base/text.hpp"
#include "tools/postern/check_postfix.hpp"

#include <algorithm>

namespace postern::tool {
namespace {

using Kind = SocketAddress::Kind;

bool is_wildcard(std::string_view host) {
    return host.empty() || host == "*" || host == "0.0.0.0" || host == "::";
}

bool is_loopback(std::string_view host) {
    if (iequals(host, "localhost")) return true;
    const auto address = IpAddress::parse(host);
    if (!address) return false;
    return address->is_v4() ? address->octets()[0] == 127 : address->text() == "::1";
}

bool same_host(std::string_view theirs, std::string_view ours) {
    if (is_wildcard(ours)) return true;
    const auto a = IpAddress::parse(theirs), b = IpAddress::parse(ours);
    if (a && b) return *a == *b;
    // A name against an address: only localhost is known without asking a resolver.
    if (iequals(theirs, "localhost") || iequals(ours, "localhost"))
        return is_loopback(theirs) && is_loopback(ours);
    return iequals(theirs, ours);
}

std::string place_of(const std::string& path, const std::string& queue_directory, bool chroot) {
    if (!path.starts_with('/')) return queue_directory + "/" + path;
    return chroot ? queue_directory + path : path;
}

} // namespace

bool is_ours(const MilterEntry& entry, const SignFacts& sign, const std::string& queue_directory,
             bool chroot, const Host& host) {
    if (!entry.endpoint) return false;
    const SocketAddress& theirs = *entry.endpoint;
    return std::any_of(sign.listen.begin(), sign.listen.end(), [&](const SocketAddress& ours) {
        if ((theirs.kind == Kind::Unix) != (ours.kind == Kind::Unix)) return false;
        if (theirs.kind == Kind::Unix)
            return host.real_path(place_of(theirs.path, queue_directory, chroot)) ==
                   host.real_path(ours.path);
        return theirs.port == ours.port && same_host(theirs.host, ours.host);
    });
}

std::optional<std::string> spelling(const SocketAddress& address,
                                    const std::string& queue_directory, bool chroot,
                                    const Host& host) {
    if (address.kind != Kind::Unix) {
        SocketAddress reachable = address;
        if (is_wildcard(address.host))
            reachable.host = address.kind == Kind::Inet6 ? "::1" : "127.0.0.1";
        reachable.kind = Kind::Inet; // the only one Postfix has
        return reachable.text();
    }
    const std::string path = host.real_path(address.path);
    const std::string root = host.real_path(queue_directory) + "/";
    if (path.starts_with(root)) return "unix:" + path.substr(root.size());
    if (chroot) return std::nullopt;
    return "unix:" + address.path;
}

} // namespace postern::tool
