#include "common/dns/resolver.hpp"

#include "common/base/text.hpp"

#include <array>
#include <utility>

namespace postern::dns {
namespace {

constexpr std::array kTypes{
    std::pair{RecordType::A, "A"},         std::pair{RecordType::NS, "NS"},
    std::pair{RecordType::CNAME, "CNAME"}, std::pair{RecordType::SOA, "SOA"},
    std::pair{RecordType::PTR, "PTR"},     std::pair{RecordType::MX, "MX"},
    std::pair{RecordType::TXT, "TXT"},     std::pair{RecordType::AAAA, "AAAA"},
    std::pair{RecordType::DNAME, "DNAME"},
};

} // namespace

std::string_view to_string(RecordType type) noexcept {
    for (const auto& [known, name] : kTypes)
        if (known == type) return name;
    return "?";
}

std::optional<RecordType> parse_record_type(std::string_view text) noexcept {
    for (const auto& [type, name] : kTypes)
        if (iequals(text, name)) return type;
    return std::nullopt;
}

std::string_view to_string(Outcome outcome) noexcept {
    switch (outcome) {
    case Outcome::Records:
        return "records";
    case Outcome::NxDomain:
        return "nxdomain";
    case Outcome::NoData:
        return "nodata";
    case Outcome::ServFail:
        return "servfail";
    case Outcome::Timeout:
        return "timeout";
    case Outcome::Bogus:
        return "bogus";
    }
    return "?";
}

} // namespace postern::dns
