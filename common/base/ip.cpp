#include "common/base/ip.hpp"

#include "common/base/text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

namespace postern {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

} // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    if (istarts_with(text, "IPv6:")) text.remove_prefix(5);
    if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
    const std::string terminated(text);
    IpAddress address;
    in_addr v4{};
    if (::inet_pton(AF_INET, terminated.c_str(), &v4) == 1) {
        std::memcpy(address.octets_.data(), &v4, 4);
        return address;
    }
    in6_addr v6{};
    if (::inet_pton(AF_INET6, terminated.c_str(), &v6) != 1) return std::nullopt;
    if (std::memcmp(&v6, kMapped.data(), kMapped.size()) == 0) {
        std::memcpy(address.octets_.data(), v6.s6_addr + kMapped.size(), 4);
        return address;
    }
    address.family_ = Family::V6;
    std::memcpy(address.octets_.data(), &v6, 16);
    return address;
}

std::optional<IpAddress> IpAddress::from(const sockaddr* socket_address) {
    if (socket_address == nullptr) return std::nullopt;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* raw = nullptr;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (socket_address->sa_family == AF_INET) {
        std::memcpy(&v4, socket_address, sizeof v4);
        raw = &v4.sin_addr;
    } else if (socket_address->sa_family == AF_INET6) {
        std::memcpy(&v6, socket_address, sizeof v6);
        raw = &v6.sin6_addr;
    } else {
        return std::nullopt;
    }
    if (::inet_ntop(socket_address->sa_family, raw, text.data(), text.size()) == nullptr)
        return std::nullopt;
    return parse(text.data());
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(is_v4() ? AF_INET : AF_INET6, octets_.data(), text.data(), text.size());
    return text.data();
}

std::optional<Network> Network::parse(std::string_view text) {
    const auto slash = cut(text, '/');
    const auto address = IpAddress::parse(slash ? slash->before : text);
    if (!address) return std::nullopt;
    if (!slash) return Network(*address, address->bits());
    const auto prefix = parse_number<unsigned>(slash->after);
    if (!prefix) return std::nullopt;
    // ::ffff:192.0.2.0/120 was folded to IPv4: its prefix counts from the mapped form's 128 bits.
    unsigned length = *prefix;
    if (address->is_v4() && slash->before.find(':') != std::string_view::npos) {
        if (length < 96) return std::nullopt;
        length -= 96;
    }
    if (length > static_cast<unsigned>(address->bits())) return std::nullopt;
    return Network(*address, static_cast<int>(length));
}

bool Network::contains(const IpAddress& address) const noexcept {
    if (address.family() != address_.family()) return false;
    const auto& a = address.octets();
    const auto& b = address_.octets();
    const auto whole = static_cast<std::size_t>(prefix_ / 8);
    if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
    const int rest = prefix_ % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
    return (a[whole] & mask) == (b[whole] & mask);
}

bool Network::host_bits_set() const noexcept { return masked().address_ != address_; }

Network Network::masked() const noexcept {
    Network result = *this;
    std::array<std::uint8_t, 16> octets = address_.octets();
    for (int bit = prefix_; bit < address_.bits(); ++bit)
        octets[static_cast<std::size_t>(bit / 8)] &=
            static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (address_.is_v4()) {
        v4.sin_family = AF_INET;
        std::memcpy(&v4.sin_addr, octets.data(), 4);
    } else {
        v6.sin6_family = AF_INET6;
        std::memcpy(&v6.sin6_addr, octets.data(), 16);
    }
    const auto* raw = address_.is_v4() ? reinterpret_cast<const sockaddr*>(&v4)
                                       : reinterpret_cast<const sockaddr*>(&v6);
    if (const auto address = IpAddress::from(raw)) result.address_ = *address;
    return result;
}

std::string Network::text() const {
    return prefix_ == address_.bits() ? address_.text()
                                      : address_.text() + "/" + std::to_string(prefix_);
}

} // namespace postern
