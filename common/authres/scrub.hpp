// Which header fields a stranger put in to look like our own results (RFC 8601 5): those go before
// anybody behind us believes them.
//
//     const Scrubber scrubber({.authserv_ids = {"mx.example.org"}});
//     for (const Removal& removal : scrubber.removals(headers))    // from the highest index down
//         actions.change_header(removal.name, removal.index, "");
#pragma once

#include "common/message/header.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern::authres {

struct ScrubRules {
    /// Ours: removed is what claims one of these or a name below one. A-labels or U-labels, any
    /// case.
    std::vector<std::string> authserv_ids;
    bool received_spf = true;             ///< Received-SPF goes, whoever it names
    std::vector<std::string> extra_names; ///< further fields that go always
};

struct Removal {
    std::string name;      ///< as the message has it
    int index = 0;         ///< among the fields of this name, from 1, as milters count
    std::size_t field = 0; ///< in the header block
    std::string why; ///< "claims mx.example.org", "cannot be read and mentions mx.example.org"
};

class Scrubber {
public:
    explicit Scrubber(ScrubRules rules);
    /// What has to go, last field first: deleting in this order keeps the indexes good. Linear in
    /// the size of the header.
    [[nodiscard]] std::vector<Removal> removals(const message::HeaderBlock& headers) const;
    /// Why this field has to go; empty if it may stay.
    [[nodiscard]] std::string judge(std::string_view name, std::string_view value) const;

private:
    ScrubRules rules_;
};

} // namespace postern::authres
