#include "milters/verify/forged_fields.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace postern::verify {

ForgedFields::ForgedFields(bool received_spf, std::vector<std::string> names)
    : received_spf_(received_spf), names_(std::move(names)) {}

void ForgedFields::unread(std::string_view name) {
    while (!name.empty() && is_wsp(name.back())) // "Name :" is a Name, as for HeaderBlock
        name.remove_suffix(1);
    const auto is = [&](std::string_view other) { return iequals(name, other); };
    if (is("Authentication-Results") || (received_spf_ && is("Received-SPF")) ||
        std::any_of(names_.begin(), names_.end(), is))
        ++unread_[to_lower(name)];
}

std::vector<authres::Removal> ForgedFields::removals(const message::HeaderBlock& read,
                                                     std::vector<std::string> ids) const {
    std::vector<authres::Removal> removals;
    for (const auto& [name, count] : unread_) {
        const int before = static_cast<int>(read.count(name));
        for (int i = count; i > 0 && removals.size() <= kMaxRemovals; --i)
            removals.push_back({.name = name,
                                .index = before + i,
                                .field = message::HeaderBlock::npos,
                                .why = "was not read"});
    }
    const authres::Scrubber scrubber(
        {.authserv_ids = std::move(ids), .received_spf = received_spf_, .extra_names = names_});
    auto found = scrubber.removals(read);
    std::move(found.begin(), found.end(), std::back_inserter(removals));
    return removals;
}

} // namespace postern::verify
