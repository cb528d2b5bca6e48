#include "common/dns/chain.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace postern::dns {
namespace {

const ResourceRecord* soa_above(const Reply& reply, const Name& name) {
    for (const ResourceRecord& record : reply.authority)
        if (record.type == RecordType::SOA && name.is_within(record.owner)) return &record;
    return nullptr;
}

bool has_authority(const Reply& reply, RecordType type) {
    return std::any_of(reply.authority.begin(), reply.authority.end(),
                       [&](const ResourceRecord& record) { return record.type == type; });
}

struct Alias {
    const ResourceRecord* record = nullptr;    ///< none: the name is no alias
    std::optional<Name> target = std::nullopt; ///< none: it would be too long
};

/// The alias the reply has for a name: its CNAME, else what a DNAME above it makes of it (RFC 6672
/// 3.2).
Alias alias_of(const Reply& reply, const Name& name) {
    const ResourceRecord* above = nullptr;
    for (const ResourceRecord& record : reply.answer) {
        if (record.type == RecordType::CNAME && record.owner == name)
            return {.record = &record, .target = record.target};
        if (record.type == RecordType::DNAME && above == nullptr && name.is_within(record.owner) &&
            !(name == record.owner))
            above = &record;
    }
    if (above == nullptr) return {};
    return {.record = above, .target = name.moved(above->owner, *above->target)};
}

} // namespace

Chain::Step Chain::read(const Reply& reply, bool trust_ad) {
    authenticated_ = authenticated_ && trust_ad && reply.authenticated;
    bool followed = false;
    while (!take_records(reply)) {
        Alias alias = type_ == RecordType::CNAME ? Alias{} : alias_of(reply, name_);
        if (alias.record == nullptr) return read_end(reply, followed);
        if (!alias.target) return give_up("the alias of " + name_.text() + " is too long a name");
        limit_ttl(alias.record->ttl);
        passed_.push_back(std::exchange(name_, std::move(*alias.target)));
        followed = true;
        if (std::find(passed_.begin(), passed_.end(), name_) != passed_.end())
            return give_up("aliases lead back to " + name_.text());
        if (passed_.size() > kMaxAliases)
            return give_up("more than " + std::to_string(kMaxAliases) + " aliases");
    }
    if (reply.rcode == rcode::kNxDomain) {
        why_ = "says NXDOMAIN and has records";
        return Step::BadServer;
    }
    answer_.outcome = Outcome::Records;
    answer_.ttl = ttl_;
    answer_.authenticated = authenticated_;
    return Step::Done;
}

/// Records of the type asked for at name_, if there are any.
bool Chain::take_records(const Reply& reply) {
    for (const ResourceRecord& record : reply.answer) {
        if (record.type != type_ || !(record.owner == name_)) continue;
        limit_ttl(record.ttl);
        answer_.records.push_back(record.value);
    }
    return !answer_.records.empty();
}

/// The reply has neither records for name_ nor an alias. The code speaks of the end of the chain
/// (RFC 6604 3).
Chain::Step Chain::read_end(const Reply& reply, bool followed) {
    const ResourceRecord* soa = soa_above(reply, name_);
    const bool exists = reply.rcode == rcode::kNoError;
    if (exists && followed && soa == nullptr) {
        if (further_ == kMaxFurther)
            return give_up("more than " + std::to_string(kMaxFurther) +
                           " further questions for aliases");
        ++further_;
        return Step::AskFor;
    }
    if (exists && soa == nullptr && !reply.authoritative &&
        (!reply.recursion_available || has_authority(reply, RecordType::NS))) {
        why_ = "knows nothing and does not ask others (lame)";
        return Step::BadServer;
    }
    answer_.outcome = exists ? Outcome::NoData : Outcome::NxDomain;
    if (soa != nullptr) limit_ttl(std::min(soa->ttl, soa->minimum));
    answer_.ttl = soa != nullptr ? ttl_ : std::chrono::seconds(0); // RFC 2308 5: not to be kept
    answer_.authenticated = authenticated_;
    return Step::Done;
}

Chain::Step Chain::give_up(std::string why) {
    answer_ = {.outcome = Outcome::ServFail, .why = std::move(why)};
    return Step::Done;
}

void Chain::limit_ttl(std::uint32_t seconds) {
    ttl_ = std::min(ttl_, std::chrono::seconds(seconds));
}

} // namespace postern::dns
