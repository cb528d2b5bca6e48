#include "common/dns/record_walk.hpp"

#include "common/dns/resolver.hpp"

namespace postern::dns {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kFixed = 10; // type, class, TTL, length of data
constexpr unsigned kMaxPointers = 127, kMaxLabels = 127;
constexpr std::uint8_t kPointer = 0xC0;

std::uint16_t number_at(Bytes bytes, std::size_t at) noexcept {
    return static_cast<std::uint16_t>((bytes[at] << 8U) | bytes[at + 1]);
}

/// Where the name that begins at `at` ends in its place.
std::optional<std::size_t> end_of_name(Bytes packet, std::size_t at) {
    while (at < packet.size()) {
        if (packet[at] == 0) return at + 1;
        if (packet[at] >= kPointer) return at + 2;
        if (packet[at] >= 0x40) return std::nullopt; // label types nobody has defined for names
        at += 1 + std::size_t{packet[at]};
    }
    return std::nullopt;
}

/// Does the name at `at`, followed through its pointers, come to its root label?
bool is_sound_name(Bytes packet, std::size_t at) {
    unsigned pointers = 0, labels = 0;
    while (at < packet.size() && packet[at] != 0) {
        if (packet[at] >= kPointer) {
            if (at + 2 > packet.size() || ++pointers > kMaxPointers) return false;
            const std::size_t target = number_at(packet, at) & 0x3FFFU;
            if (target >= at) return false;
            at = target;
            continue;
        }
        if (packet[at] >= 0x40 || ++labels > kMaxLabels) return false;
        at += 1 + std::size_t{packet[at]};
    }
    return at < packet.size();
}

/// Is there a name from `at` to exactly `end`?
bool is_name_between(Bytes packet, std::size_t at, std::size_t end) {
    return end_of_name(packet, at) == end && is_sound_name(packet, at);
}

} // namespace

std::optional<RecordPlace> RecordWalk::next() {
    const auto owner_end = end_of_name(packet_, at_);
    if (!owner_end || *owner_end + kFixed > packet_.size()) return std::nullopt;
    RecordPlace place{.begin = at_,
                      .data = *owner_end + kFixed,
                      .type = number_at(packet_, *owner_end),
                      .class_ = number_at(packet_, *owner_end + 2),
                      .ttl = (std::uint32_t{number_at(packet_, *owner_end + 4)} << 16U) |
                             number_at(packet_, *owner_end + 6)};
    place.end = place.data + number_at(packet_, *owner_end + 8);
    if (place.end > packet_.size()) return std::nullopt;
    at_ = place.end;
    return place;
}

bool is_sound(Bytes packet, const RecordPlace& place) {
    constexpr std::size_t kSoaNumbers = 20;
    const Bytes whole = packet.first(place.end);
    if (!is_sound_name(whole, place.begin)) return false;
    const std::size_t size = place.end - place.data;
    switch (static_cast<RecordType>(place.type)) {
    case RecordType::A:
        return size == 4;
    case RecordType::AAAA:
        return size == 16;
    case RecordType::TXT:
        return size > 0;
    case RecordType::NS:
    case RecordType::CNAME:
    case RecordType::PTR:
    case RecordType::DNAME:
        return is_name_between(whole, place.data, place.end);
    case RecordType::MX:
        return size > 2 && is_name_between(whole, place.data + 2, place.end);
    case RecordType::SOA:
        if (size < kSoaNumbers) return false;
        const auto second = end_of_name(whole, place.data);
        return second && is_sound_name(whole, place.data) &&
               is_name_between(whole, *second, place.end - kSoaNumbers);
    }
    return false;
}

} // namespace postern::dns
