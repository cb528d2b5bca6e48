// IP addresses and networks as values. IPv4-mapped IPv6 addresses are folded to IPv4 when parsed.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace postern {

class IpAddress {
public:
    enum class Family : std::uint8_t { V4, V6 };

    /// "192.0.2.1", "2001:db8::1", with or without [brackets] or a leading "IPv6:" (RFC 5321
    /// literals).
    static std::optional<IpAddress> parse(std::string_view text);
    /// From a socket address of family AF_INET or AF_INET6; nothing for others or null.
    static std::optional<IpAddress> from(const sockaddr* address);

    [[nodiscard]] Family family() const noexcept { return family_; }
    [[nodiscard]] bool is_v4() const noexcept { return family_ == Family::V4; }
    /// Network order; an IPv4 address uses the first four.
    [[nodiscard]] const std::array<std::uint8_t, 16>& octets() const noexcept { return octets_; }
    [[nodiscard]] int bits() const noexcept { return is_v4() ? 32 : 128; }
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

private:
    IpAddress() = default;
    Family family_ = Family::V4;
    std::array<std::uint8_t, 16> octets_{};
};

/// An address and a prefix length. `host_bits_set` tells of text like 192.168.0.1/24, which people
/// write by mistake.
class Network {
public:
    /// "192.0.2.0/24", "2001:db8::/32", or a single address (its full length).
    static std::optional<Network> parse(std::string_view text);
    Network(const IpAddress& address, int prefix) noexcept : address_(address), prefix_(prefix) {}

    [[nodiscard]] const IpAddress& address() const noexcept { return address_; }
    [[nodiscard]] int prefix() const noexcept { return prefix_; }
    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
    [[nodiscard]] bool host_bits_set() const noexcept;
    /// The same network with its host bits cleared.
    [[nodiscard]] Network masked() const noexcept;
    [[nodiscard]] std::string text() const;

    friend bool operator==(const Network&, const Network&) = default;

private:
    IpAddress address_;
    int prefix_;
};

} // namespace postern
