// Which header fields a stranger put in to look like our own results (RFC 8601 5): those go before
// anybody behind us believes them.
//
//     const Scrubber scrubber({.authserv_ids = {"mx.example.org"}});
//     for (const Removal& removal : scrubber.removals(headers))    // from the highest index down
//         actions.change_header(removal.name, removal.index, "");
#pragma once

#include "common/base/text.hpp"
#include "common/message/header.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
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
    friend bool operator==(const Removal&, const Removal&) = default;
};

/// Immutable after construction, so any number of threads may ask it.
class Scrubber {
public:
    explicit Scrubber(ScrubRules rules);
    /// What has to go, last field first: deleting in this order keeps the indexes good. Linear in
    /// the size of the header.
    [[nodiscard]] std::vector<Removal> removals(const message::HeaderBlock& headers) const;
    /// Why this field has to go; empty if it may stay. An Authentication-Results field stays only
    /// if it says clearly, in a version we know, that somebody else wrote it.
    [[nodiscard]] std::string judge(std::string_view name, std::string_view value) const;

private:
    /// One of ours.
    struct OwnId {
        std::string shown; ///< as configured
        std::string ascii; ///< lower case, A-labels where it has other letters
    };
    enum class Kind : unsigned char { Other, Results, ReceivedSpf, Extra };
    [[nodiscard]] Kind kind_of(std::string_view name) const;
    [[nodiscard]] std::string judge(Kind kind, std::string_view value, std::size_t& budget) const;
    [[nodiscard]] std::string judge_results(std::string_view value, std::size_t& budget) const;
    [[nodiscard]] const OwnId* claimed(std::string_view id, std::size_t& budget) const;
    [[nodiscard]] const OwnId* mentioned(std::string_view value, std::size_t& budget) const;

    std::vector<OwnId> own_;
    bool received_spf_;
    std::unordered_set<std::string, CaseInsensitiveHash, CaseInsensitiveEqual> extra_names_;
};

/// The block without the fields of `removals`, for who works on the message as it goes on.
message::HeaderBlock without(const message::HeaderBlock& headers,
                             const std::vector<Removal>& removals);

} // namespace postern::authres
