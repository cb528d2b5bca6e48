// Addresses as DKIM and SPF need them: who does a From field claim to be (RFC 5322 3.4 with the
// obsolete forms of 4.4, RFC 6532 for UTF-8, RFC 6854 for groups), and what is in an SMTP path (RFC
// 5321 4.1.2).
//
//     const auto authors = parse_from(headers[index].value);
//     if (!authors) log.add("why", "From: " + authors.error().message);
//     else use((*authors)[0].domain);
//
// Strict, because readers of mail disagree about anything that is not (comments, two addresses in
// one mailbox, NUL ...): whoever vouches for a From must not pick one of several readings. What
// cannot be read in one way is an error with its reason.
#pragma once

#include "common/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern::message {

struct Mailbox {
    /// Quotes and backslashes undone: the local part of `"a b"@c` is `a b`. Never empty.
    std::string local_part;
    /// As written but for white space and comments: "Example.com", "bücher.example", "[192.0.2.1]".
    std::string domain;
    friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

/// Bounds of parse_from; beyond them the field is refused.
constexpr std::size_t kMaxAddressOctets = 64 * 1024; ///< of one field
constexpr std::size_t kMaxMailboxes = 100;           ///< in one field
constexpr std::size_t kMaxCommentDepth = 16;         ///< comments in comments

/// The mailboxes of a From field (also Sender, Reply-To), groups opened up; at least one. `value`
/// with or without folds, as HeaderBlock keeps it. Invalid UTF-8 is borne in display names and
/// comments (old mailers write Latin-1 there and it cannot change the reading), not in addresses.
/// Linear in the size of the value.
Result<std::vector<Mailbox>> parse_from(std::string_view value);

/// An SMTP path.
struct Path {
    std::string local_part; ///< unquoted; empty for the null path
    std::string domain;     ///< as written; empty for the null path and for "<postmaster>"
    [[nodiscard]] bool is_null() const noexcept { return local_part.empty(); }
    friend bool operator==(const Path&, const Path&) = default;
};

/// The address of MAIL FROM or RCPT TO as a milter is told it: "<a@b>", "a@b", "<>", "",
/// "<postmaster>"; a source route ("<@x,@y:a@b>") is dropped, as RFC 5321 appendix C asks. Local
/// parts that Postfix lets through without quotes ("a..b@c") are taken as they are; two @ outside
/// of quotes, white space and control characters are refused.
Result<Path> parse_path(std::string_view text);

} // namespace postern::message
