// Which header fields a signature covers, and which it covers once more than present so that none
// can be added
// ("oversigning"): OpenDKIM's delta syntax, names separated by commas or blanks.
//
//     "From,To,Subject"      exactly these (From is always added)
//     "*,+X-Mailer,-Received" the default list with changes
#pragma once

#include "common/base/result.hpp"
#include "common/message/header.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::dkim {

struct HeaderSelection {
    std::vector<std::string> sign;     ///< each occurrence of these is signed
    std::vector<std::string> oversign; ///< these once more than present, also when absent

    /// Both lists in the delta syntax; From is in both whatever the text says.
    static Result<HeaderSelection> parse(std::string_view sign, std::string_view oversign);
    static HeaderSelection defaults();

    /// h= for these headers: names in the order a verifier consumes them (RFC 6376 5.4.2, from the
    /// bottom).
    [[nodiscard]] std::vector<std::string> names_for(const message::HeaderBlock& headers) const;
};

} // namespace postern::dkim
