// Where in a message its records lie, found without following a single name: what nobody asked for
// is stepped over, and names are looked at only where that is certain to end soon.
//
//     RecordWalk walk(packet, end_of_question);
//     while (const auto place = walk.next()) use(*place); // as many as the header counts
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace postern::dns {

/// Offsets into the packet.
struct RecordPlace {
    std::size_t begin = 0; ///< of the owner
    std::size_t data = 0;
    std::size_t end = 0; ///< of the data
    std::uint16_t type = 0;
    std::uint16_t class_ = 0;
    std::uint32_t ttl = 0; ///< as it stands there
};

class RecordWalk {
public:
    /// `packet` must outlive it.
    RecordWalk(std::span<const std::uint8_t> packet, std::size_t first_record)
        : packet_(packet), at_(first_record) {}

    /// Nothing when the next record is not all there.
    std::optional<RecordPlace> next();

private:
    std::span<const std::uint8_t> packet_;
    std::size_t at_;
};

/// Are owner and data what a record of this type must have, to the octet, and is every name in them
/// found within few steps? A name may point to pointers that point to pointers, 8,000 deep in one
/// packet and once for each of its 3,000 records, which costs whoever follows them half a second;
/// one that means well has no more pointers than labels, and they point backwards (RFC 1035 4.1.4).
/// False for types that RecordType does not have.
bool is_sound(std::span<const std::uint8_t> packet, const RecordPlace& place);

} // namespace postern::dns
