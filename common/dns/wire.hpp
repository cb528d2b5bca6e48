// DNS messages (RFC 1035 4, EDNS of RFC 6891): what we ask as octets, and what comes back as
// values. The only place that knows ldns.
//
//     const std::vector<std::uint8_t> packet = dns::format_query(query);
//     const dns::Reading reading = dns::read_reply(received, query);
//     if (reading.kind == dns::Reading::Kind::Reply) use(reading.reply);
#pragma once

#include "common/dns/name.hpp"
#include "common/dns/resolver.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace postern::dns {

/// One question as it goes out: class IN, recursion desired, AD set to learn of AD in the answer
/// (RFC 6840 5.7), DO not set.
struct Query {
    Name name;
    RecordType type = RecordType::A;
    std::uint16_t id = 0;
    std::uint16_t edns_size = 1232; ///< 0: without EDNS
};

/// One record of class IN and a type that RecordType has; others are left out when reading.
struct ResourceRecord {
    Name owner;
    RecordType type = RecordType::A;
    std::uint32_t ttl = 0; ///< seconds; 0 if its highest bit was set (RFC 2181 8)
    Record value = {};     ///< as an Answer has it; empty for SOA
    std::optional<Name> target = std::nullopt; ///< NS, CNAME, PTR, MX, DNAME
    std::uint32_t minimum = 0;                 ///< SOA: how long a "no" is good for (RFC 2308 4)
};

/// The codes of RFC 1035 4.1.1 that are told apart here; twelve bits with EDNS.
namespace rcode {
inline constexpr std::uint16_t kNoError = 0;
inline constexpr std::uint16_t kFormErr = 1;
inline constexpr std::uint16_t kServFail = 2;
inline constexpr std::uint16_t kNxDomain = 3;
inline constexpr std::uint16_t kNotImp = 4;
inline constexpr std::uint16_t kRefused = 5;
inline constexpr std::uint16_t kBadVers = 16;
} // namespace rcode

/// "SERVFAIL", "rcode 4095".
std::string rcode_text(std::uint16_t code);

struct Reply {
    std::uint16_t rcode = rcode::kNoError;
    bool authoritative = false;       ///< AA
    bool recursion_available = false; ///< RA
    bool authenticated = false;       ///< AD
    /// Extended DNS error (RFC 8914), one that tells of DNSSEC before others.
    std::optional<std::uint16_t> extended_error = std::nullopt;
    std::vector<ResourceRecord> answer = {};
    std::vector<ResourceRecord> authority = {};

    /// Did DNSSEC validation fail at the server (SERVFAIL, RFC 8914 codes 5 to 12)?
    [[nodiscard]] bool is_bogus() const noexcept;
    /// "SERVFAIL", "SERVFAIL (signature expired)".
    [[nodiscard]] std::string error_text() const;
};

struct Reading {
    enum class Kind : std::uint8_t {
        Foreign,    ///< no reply to this query: to be ignored
        Unreadable, ///< a reply to it, and not well-formed
        Truncated,  ///< TC: to be asked again over TCP
        Reply,
    };
    Kind kind = Kind::Foreign;
    Reply reply = {}; ///< with Kind::Reply
};

std::vector<std::uint8_t> format_query(const Query& query);

/// Strict in what it takes for a reply: id, QR, opcode and the question (name in any case, type,
/// class) must be those of the query. Only FORMERR and NOTIMP may come without a question, as from
/// servers that could not read one. Records of other types may hold anything. Never throws but for
/// lack of memory, whatever the octets are.
Reading read_reply(std::span<const std::uint8_t> packet, const Query& query);

} // namespace postern::dns
