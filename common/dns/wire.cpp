#include "common/dns/wire.hpp"

#include "common/base/text.hpp"
#include "common/dns/record_walk.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

// clang-format off
#include <stdbool.h> // before ldns, which otherwise defines true and false as macros
#include <ldns/ldns.h>
// clang-format on

namespace postern::dns {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kFirstDnssecError = 5, kLastDnssecError = 12; // RFC 8914 4.6 to 4.13
constexpr std::uint16_t kExtendedErrorOption = 15;

struct PacketFree {
    void operator()(ldns_pkt* packet) const noexcept { ldns_pkt_free(packet); }
};
struct RecordFree {
    void operator()(ldns_rr* record) const noexcept { ldns_rr_free(record); }
};
struct WireFree {
    void operator()(std::uint8_t* wire) const noexcept { std::free(wire); } // NOLINT: ldns' malloc
};
using PacketHandle = std::unique_ptr<ldns_pkt, PacketFree>;
using Bytes = std::span<const std::uint8_t>;

std::uint16_t number_at(Bytes bytes, std::size_t at) noexcept {
    return static_cast<std::uint16_t>((bytes[at] << 8U) | bytes[at + 1]);
}

Bytes bytes_of(const ldns_rdf* rdf) noexcept { return {ldns_rdf_data(rdf), ldns_rdf_size(rdf)}; }

std::string_view extended_error_text(std::uint16_t code) noexcept {
    switch (code) { // RFC 8914 4
    case 5:
        return "DNSSEC indeterminate";
    case 6:
        return "DNSSEC bogus";
    case 7:
        return "signature expired";
    case 8:
        return "signature not yet valid";
    case 9:
        return "DNSKEY missing";
    case 10:
        return "RRSIGs missing";
    case 11:
        return "no zone key bit set";
    case 12:
        return "NSEC missing";
    case 22:
        return "no reachable authority";
    case 23:
        return "network error";
    default:
        return {};
    }
}

// ---- records ----------------------------------------------------------------------------------

std::optional<RecordType> known_type(std::uint16_t type) noexcept {
    const auto ours = static_cast<RecordType>(type);
    if (to_string(ours) == "?") return std::nullopt;
    return ours;
}

std::optional<IpAddress> address_in(Bytes octets) {
    if (octets.size() == 4) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        std::memcpy(&v4.sin_addr, octets.data(), octets.size());
        return IpAddress::from(reinterpret_cast<const sockaddr*>(&v4));
    }
    if (octets.size() == 16) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        std::memcpy(&v6.sin6_addr, octets.data(), octets.size());
        return IpAddress::from(reinterpret_cast<const sockaddr*>(&v6));
    }
    return std::nullopt;
}

/// Fills in the data; false when it is not what the type wants.
bool read_data(const ldns_rr* rr, ResourceRecord& record) {
    const auto field = [&](std::size_t index) -> Bytes {
        const ldns_rdf* rdf = index < ldns_rr_rd_count(rr) ? ldns_rr_rdf(rr, index) : nullptr;
        return rdf != nullptr ? bytes_of(rdf) : Bytes();
    };
    const auto read_target = [&](std::size_t index) {
        record.target = Name::from_wire(field(index));
        return record.target.has_value();
    };
    switch (record.type) {
    case RecordType::A:
        record.value.address = address_in(field(0));
        return field(0).size() == 4;
    case RecordType::AAAA:
        record.value.address = address_in(field(0));
        return field(0).size() == 16;
    case RecordType::NS:
    case RecordType::CNAME:
    case RecordType::PTR:
    case RecordType::DNAME:
        if (!read_target(0)) return false;
        record.value.text = record.target->text();
        return true;
    case RecordType::MX:
        if (field(0).size() != 2 || !read_target(1)) return false;
        record.value.preference = number_at(field(0), 0);
        record.value.text = record.target->text();
        return true;
    case RecordType::TXT:
        for (std::size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
            const Bytes string = field(i); // its length, then its octets
            if (string.empty() || string.size() != std::size_t{1} + string[0]) return false;
            record.value.text += as_text(string.subspan(1));
        }
        return ldns_rr_rd_count(rr) > 0;
    case RecordType::SOA:
        if (field(6).size() != 4) return false;
        record.minimum = ldns_rdf2native_int32(ldns_rr_rdf(rr, 6));
        return true;
    }
    return false;
}

/// One record of a type we know; nothing when it is not well-formed.
std::optional<ResourceRecord> read_record(Bytes packet, const RecordPlace& place) {
    if (!is_sound(packet, place)) return std::nullopt;
    ldns_rr* parsed = nullptr;
    std::size_t at = place.begin;
    const ldns_status status =
        ldns_wire2rr(&parsed, packet.data(), place.end, &at, LDNS_SECTION_ANSWER);
    const std::unique_ptr<ldns_rr, RecordFree> rr(parsed);
    if (status != LDNS_STATUS_OK || !rr) return std::nullopt;
    auto owner = Name::from_wire(bytes_of(ldns_rr_owner(rr.get())));
    if (!owner) return std::nullopt;
    ResourceRecord record{.owner = std::move(*owner),
                          .type = static_cast<RecordType>(place.type),
                          .ttl = place.ttl >> 31U != 0 ? 0 : place.ttl};
    if (!read_data(rr.get(), record)) return std::nullopt;
    return record;
}

/// False when a record is not there or one of a type we know is not well-formed.
bool read_section(Bytes packet, RecordWalk& walk, unsigned count,
                  std::vector<ResourceRecord>& records) {
    for (unsigned i = 0; i < count; ++i) {
        const auto place = walk.next();
        if (!place) return false;
        if (place->class_ != LDNS_RR_CLASS_IN || !known_type(place->type)) continue;
        auto record = read_record(packet, *place);
        if (!record) return false;
        records.push_back(std::move(*record));
    }
    return true;
}

/// The options of the OPT record (RFC 6891 6.1.2), as far as they are whole.
std::optional<std::uint16_t> extended_error_in(Bytes options) {
    std::optional<std::uint16_t> found;
    while (options.size() >= 4) {
        const std::uint16_t code = number_at(options, 0);
        const std::size_t size = number_at(options, 2);
        if (options.size() - 4 < size) break;
        if (code == kExtendedErrorOption && size >= 2) {
            const std::uint16_t error = number_at(options, 4);
            if (error >= kFirstDnssecError && error <= kLastDnssecError) return error;
            if (!found) found = error;
        }
        options = options.subspan(4 + size);
    }
    return found;
}

// ---- the message ------------------------------------------------------------------------------

/// Is it a reply to this query, going by header and question alone?
bool belongs_to(Bytes packet, const Query& query) {
    if (packet.size() < kHeader) return false;
    const std::uint8_t* header = packet.data();
    if (LDNS_ID_WIRE(header) != query.id || !LDNS_QR_WIRE(header)) return false;
    if (LDNS_OPCODE_WIRE(header) != LDNS_PACKET_QUERY) return false;
    const std::uint16_t questions = LDNS_QDCOUNT(header);
    const unsigned code = LDNS_RCODE_WIRE(header);
    if (questions == 0) return code == rcode::kFormErr || code == rcode::kNotImp;
    // The first name of a message has nothing to point to, so it is never compressed.
    const std::string& name = query.name.wire();
    const std::size_t end = kHeader + name.size();
    return questions == 1 && packet.size() >= end + 4 &&
           iequals(as_text(packet.subspan(kHeader, name.size())), name) &&
           number_at(packet, end) == static_cast<std::uint16_t>(query.type) &&
           number_at(packet, end + 2) == LDNS_RR_CLASS_IN;
}

/// What EDNS adds (RFC 6891 6.1.3): the upper bits of the code, and options.
bool read_additional(Bytes packet, RecordWalk& walk, unsigned count, Reply& reply) {
    for (unsigned i = 0; i < count; ++i) {
        const auto place = walk.next();
        if (!place) return false;
        if (place->type != LDNS_RR_TYPE_OPT || packet[place->begin] != 0) continue;
        reply.rcode = static_cast<std::uint16_t>((reply.rcode & 0xFU) | (place->ttl >> 24U << 4U));
        reply.extended_error =
            extended_error_in(packet.subspan(place->data, place->end - place->data));
    }
    return true;
}

bool read_sections(Bytes packet, const Query& query, Reply& reply) {
    const bool question = LDNS_QDCOUNT(packet.data()) != 0;
    const std::size_t begin = kHeader + (question ? query.name.wire().size() + 4 : 0);
    RecordWalk walk(packet, begin);
    return read_section(packet, walk, LDNS_ANCOUNT(packet.data()), reply.answer) &&
           read_section(packet, walk, LDNS_NSCOUNT(packet.data()), reply.authority) &&
           read_additional(packet, walk, LDNS_ARCOUNT(packet.data()), reply);
}

} // namespace

std::string rcode_text(std::uint16_t code) {
    constexpr std::array kNames{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
    if (code < kNames.size()) return kNames[code];
    return "rcode " + std::to_string(code);
}

bool Reply::is_bogus() const noexcept {
    return rcode == rcode::kServFail && extended_error && *extended_error >= kFirstDnssecError &&
           *extended_error <= kLastDnssecError;
}

std::string Reply::error_text() const {
    if (!extended_error) return rcode_text(rcode);
    const std::string_view known = extended_error_text(*extended_error);
    return rcode_text(rcode) + " (" +
           (known.empty() ? "extended error " + std::to_string(*extended_error)
                          : std::string(known)) +
           ")";
}

std::vector<std::uint8_t> format_query(const Query& query) {
    const std::string& name = query.name.wire();
    ldns_rdf* owner = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, name.size(), name.data());
    if (owner == nullptr) throw std::bad_alloc();
    const PacketHandle packet(ldns_pkt_query_new(
        owner, static_cast<ldns_rr_type>(query.type), LDNS_RR_CLASS_IN,
        static_cast<std::uint16_t>(LDNS_RD | LDNS_AD))); // owner is the packet's from now on
    if (!packet) {
        ldns_rdf_deep_free(owner);
        throw std::bad_alloc();
    }
    ldns_pkt_set_id(packet.get(), query.id);
    if (query.edns_size != 0) ldns_pkt_set_edns_udp_size(packet.get(), query.edns_size);
    std::uint8_t* raw = nullptr;
    std::size_t size = 0;
    if (ldns_pkt2wire(&raw, packet.get(), &size) != LDNS_STATUS_OK) throw std::bad_alloc();
    const std::unique_ptr<std::uint8_t, WireFree> wire(raw);
    return {raw, raw + size};
}

Reading read_reply(std::span<const std::uint8_t> packet, const Query& query) {
    if (!belongs_to(packet, query)) return {.kind = Reading::Kind::Foreign};
    const std::uint8_t* header = packet.data();
    if (LDNS_TC_WIRE(header)) return {.kind = Reading::Kind::Truncated};
    Reading reading{.kind = Reading::Kind::Reply};
    Reply& reply = reading.reply;
    reply.rcode = static_cast<std::uint16_t>(LDNS_RCODE_WIRE(header));
    reply.authoritative = LDNS_AA_WIRE(header) != 0;
    reply.recursion_available = LDNS_RA_WIRE(header) != 0;
    reply.authenticated = LDNS_AD_WIRE(header) != 0;
    if (!read_sections(packet, query, reply)) {
        // An error needs no records to be understood.
        if (reply.rcode == rcode::kNoError || reply.rcode == rcode::kNxDomain)
            return {.kind = Reading::Kind::Unreadable};
        reply.answer.clear();
        reply.authority.clear();
    }
    return reading;
}

} // namespace postern::dns
