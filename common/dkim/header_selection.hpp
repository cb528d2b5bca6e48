// Which header fields a signature covers, and which it covers once more than present so that none
// can be added ("oversigning"): OpenDKIM's delta syntax, names separated by commas or blanks.
//
//     "From,To,Subject"       exactly these (From is always added)
//     "*,+X-Mailer,-Date"     the default list with changes
#pragma once

#include "common/base/result.hpp"
#include "common/message/header.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern::dkim {

struct HeaderSelection {
    std::vector<std::string> sign;     ///< each occurrence of these is signed; no name twice
    std::vector<std::string> oversign; ///< these once more than present, also when absent

    /// Both lists in the delta syntax; From is in both whatever the text says, and what is
    /// oversigned is also signed. A name given twice counts once. Errors name the list and the
    /// word.
    static Result<HeaderSelection> parse(std::string_view sign, std::string_view oversign);
    static HeaderSelection defaults();

    /// h= for these headers: names in the order a verifier consumes them (RFC 6376 5.4.2, from the
    /// bottom). Linear in the header. More than kMaxEntries (or kMaxOctets of text) are an error: a
    /// signature that leaves out occurrences of an oversigned field would fail, and verifiers
    /// refuse longer lists.
    [[nodiscard]] Result<std::vector<std::string>>
    bounded_names_for(const message::HeaderBlock& headers) const;
    /// The same without the bounds.
    [[nodiscard]] std::vector<std::string> names_for(const message::HeaderBlock& headers) const;

    static constexpr std::size_t kMaxEntries = 1000;     ///< of h=, as rspamd's verifier
    static constexpr std::size_t kMaxOctets = 40 * 1024; ///< of h=; a milter packet holds 64 KiB
    static constexpr std::size_t kMaxNames = 500;        ///< of either list
    static constexpr std::size_t kMaxNameSize = 100;     ///< octets of a name

    friend bool operator==(const HeaderSelection&, const HeaderSelection&) = default;
};

} // namespace postern::dkim
