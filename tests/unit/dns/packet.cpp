#include "tests/unit/dns/packet.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace postern::testing_support {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kIn = 1, kOpt = 41;

void put(Bytes& bytes, const Bytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

} // namespace

void put16(Bytes& bytes, std::uint16_t number) {
    bytes.push_back(static_cast<std::uint8_t>(number >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(number & 0xFFU));
}

void put32(Bytes& bytes, std::uint32_t number) {
    put16(bytes, static_cast<std::uint16_t>(number >> 16U));
    put16(bytes, static_cast<std::uint16_t>(number & 0xFFFFU));
}

Bytes from_hex(std::string_view digits) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(*parse_number<std::uint8_t>(digits.substr(i, 2), 16));
    return bytes;
}

Bytes wire_name(std::string_view text) {
    Bytes bytes;
    if (!text.empty()) {
        for (const std::string_view label : split(text, '.')) {
            bytes.push_back(static_cast<std::uint8_t>(label.size()));
            bytes.insert(bytes.end(), label.begin(), label.end());
        }
    }
    bytes.push_back(0);
    return bytes;
}

Bytes a_data(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return {a, b, c, d};
}

Bytes txt_data(std::initializer_list<std::string_view> strings) {
    Bytes bytes;
    for (const std::string_view string : strings) {
        bytes.push_back(static_cast<std::uint8_t>(string.size()));
        bytes.insert(bytes.end(), string.begin(), string.end());
    }
    return bytes;
}

Bytes mx_data(std::uint16_t preference, std::string_view name) {
    Bytes bytes;
    put16(bytes, preference);
    put(bytes, wire_name(name));
    return bytes;
}

Bytes soa_data(std::uint32_t minimum) {
    Bytes bytes = wire_name("ns.test");
    put(bytes, wire_name("hostmaster.test"));
    for (int i = 0; i < 4; ++i)
        put32(bytes, 1);
    put32(bytes, minimum);
    return bytes;
}

PacketWriter::PacketWriter(const Bytes& query, std::uint16_t flags_and_rcode)
    : bytes_(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(question_end(query))) {
    bytes_[2] = static_cast<std::uint8_t>(flags_and_rcode >> 8U);
    bytes_[3] = static_cast<std::uint8_t>(flags_and_rcode & 0xFFU);
    std::fill(bytes_.begin() + 6, bytes_.begin() + kHeader, std::uint8_t{0});
}

void PacketWriter::record(const Bytes& owner, std::uint16_t type, std::uint16_t class_,
                          std::uint32_t ttl, const Bytes& data, std::size_t counter) {
    put(bytes_, owner);
    put16(bytes_, type);
    put16(bytes_, class_);
    put32(bytes_, ttl);
    put16(bytes_, static_cast<std::uint16_t>(data.size()));
    put(bytes_, data);
    const unsigned count = ((unsigned{bytes_[counter]} << 8U) | bytes_[counter + 1]) + 1;
    bytes_[counter] = static_cast<std::uint8_t>(count >> 8U);
    bytes_[counter + 1] = static_cast<std::uint8_t>(count & 0xFFU);
}

PacketWriter& PacketWriter::answer(std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                                   const Bytes& data) {
    record(wire_name(owner), type, kIn, ttl, data, 6);
    return *this;
}

PacketWriter& PacketWriter::authority(std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                                      const Bytes& data) {
    record(wire_name(owner), type, kIn, ttl, data, 8);
    return *this;
}

PacketWriter& PacketWriter::opt(std::uint8_t extended_rcode, int extended_error) {
    Bytes options;
    if (extended_error >= 0) {
        const std::string_view text = "said by a test";
        put16(options, 15);
        put16(options, static_cast<std::uint16_t>(2 + text.size()));
        put16(options, static_cast<std::uint16_t>(extended_error));
        options.insert(options.end(), text.begin(), text.end());
    }
    record(wire_name(""), kOpt, 1232, std::uint32_t{extended_rcode} << 24U, options, 10);
    return *this;
}

Bytes framed(const Bytes& message) {
    Bytes bytes;
    put16(bytes, static_cast<std::uint16_t>(message.size()));
    put(bytes, message);
    return bytes;
}

std::size_t question_end(const Bytes& query) {
    std::size_t at = kHeader;
    while (at < query.size() && query[at] != 0)
        at += 1 + std::size_t{query[at]};
    return std::min(at + 5, query.size());
}

std::string asked_name(const Bytes& query) {
    std::string name;
    for (std::size_t at = kHeader; at < query.size() && query[at] != 0;
         at += 1 + std::size_t{query[at]}) {
        if (!name.empty()) name.push_back('.');
        for (std::size_t i = 0; i < query[at]; ++i)
            name.push_back(ascii_lower(static_cast<char>(query[at + 1 + i])));
    }
    return name;
}

bool has_opt(const Bytes& query) {
    return query.size() > question_end(query) && query[10] == 0 && query[11] == 1;
}

} // namespace postern::testing_support
