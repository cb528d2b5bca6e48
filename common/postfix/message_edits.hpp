// Applies the edits of a filter to a message in memory as Postfix's cleanup does to its queue file,
// so that the next filter of a chain sees what it would see there.
//
// The rules, all measured against Postfix 3.7.11: inserts count every field, its own Received
// included; changes and deletions count the visible fields of that name from 1; a field to change
// that is not there is appended; one to delete is nothing to do; the sender and the recipients are
// changed in the envelope, which later filters do not hear of.
#pragma once

#include "common/postfix/message.hpp"
#include "common/postfix/milter_reply.hpp"

#include <string>
#include <vector>

namespace postern::postfix {

struct Envelope {
    std::string sender; ///< without angle brackets; empty: the null sender
    std::vector<std::string> recipients;
    bool hold = false; ///< quarantined
    friend bool operator==(const Envelope&, const Envelope&) = default;
};

void apply(const Modification& edit, Message& message, Envelope& envelope);

/// An address without the angle brackets around it.
std::string_view without_brackets(std::string_view address) noexcept;

} // namespace postern::postfix
