// DNS messages as octets, written by RFC 1035 and by nothing of ours, so that the tests of the
// reader have something to compare with; also messages no honest server would send.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace postern::testing_support {

using Bytes = std::vector<std::uint8_t>;

/// Of "0a1b2c".
Bytes from_hex(std::string_view digits);
/// Labels between dots, no escapes.
Bytes wire_name(std::string_view text);
/// RDATA.
Bytes a_data(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
Bytes txt_data(std::initializer_list<std::string_view> strings);
Bytes mx_data(std::uint16_t preference, std::string_view name);
/// SOA with the minimum TTL given; the other numbers are 1.
Bytes soa_data(std::uint32_t minimum);

/// A reply to a query: its id, its question and the records added.
class PacketWriter {
public:
    static constexpr std::uint16_t kReply = 0x8180;         ///< QR, RD, RA
    static constexpr std::uint16_t kAuthoritative = 0x0400; ///< AA
    static constexpr std::uint16_t kTruncated = 0x0200;     ///< TC
    static constexpr std::uint16_t kAuthenticated = 0x0020; ///< AD

    /// `query` as it was received.
    explicit PacketWriter(const Bytes& query, std::uint16_t flags_and_rcode = kReply);

    PacketWriter& answer(std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                         const Bytes& data);
    PacketWriter& authority(std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                            const Bytes& data);
    /// OPT, with an extended error (RFC 8914) if `extended_error` is not negative.
    PacketWriter& opt(std::uint8_t extended_rcode, int extended_error = -1);

    [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

private:
    void record(const Bytes& owner, std::uint16_t type, std::uint16_t class_, std::uint32_t ttl,
                const Bytes& data, std::size_t counter);
    Bytes bytes_;
};

/// With the two octets of its length in front, as over TCP.
Bytes framed(const Bytes& message);
void put16(Bytes& bytes, std::uint16_t number);
void put32(Bytes& bytes, std::uint32_t number);

/// Where the question of a query ends: 12 octets, its name, type and class.
std::size_t question_end(const Bytes& query);
/// The name asked for, its labels joined by dots, in lower case.
std::string asked_name(const Bytes& query);
/// Has it an OPT record?
bool has_opt(const Bytes& query);

} // namespace postern::testing_support
