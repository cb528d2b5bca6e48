// Header fields that a stranger put in and that must not go on: what authres::Scrubber finds in the
// header as it was read, and of the fields beyond our limits, into which nobody looks, every one
// that could carry results.
#pragma once

#include "common/authres/scrub.hpp"
#include "common/message/header.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::verify {

/// Fields removed from one message; with more it is refused. Postfix walks through the header for
/// each, and no honest message has a tenth of it.
inline constexpr std::size_t kMaxRemovals = 1000;

class ForgedFields {
public:
    ForgedFields() = default;
    /// What goes whatever it says.
    ForgedFields(bool received_spf, std::vector<std::string> names);

    /// A field that came after the header was found too large.
    void unread(std::string_view name);
    /// What has to go from a message that came with `read` and then with what unread() was told,
    /// from the highest index down. `ids`: names of ours.
    [[nodiscard]] std::vector<authres::Removal> removals(const message::HeaderBlock& read,
                                                         std::vector<std::string> ids) const;

private:
    bool received_spf_ = true;
    std::vector<std::string> names_;
    std::map<std::string, int> unread_; ///< by name in lower case; only names that matter
};

} // namespace postern::verify
