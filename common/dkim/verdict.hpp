// What became of one DKIM-Signature field (RFC 6376 6, RFC 8601 2.7.1), as a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::dkim {

enum class Status : std::uint8_t { Pass, Fail, Policy, Neutral, TempError, PermError };
/// "pass", "fail", "policy", "neutral", "temperror", "permerror".
std::string_view to_string(Status status) noexcept;

struct Verdict {
    Status status = Status::PermError;
    /// Everything but a plain pass: one clause in our own words, from a fixed vocabulary and
    /// numbers; no text of the message is in it. "body hash does not match", "key revoked".
    std::string reason;
    /// Of a body hash that does not match: what seems to have happened on the way ("footer
    /// appended", "re-encoded body", "white space changed"); our own words, never a reason to pass.
    std::string diagnosis;
    std::size_t field = 0;     ///< in the header block
    std::string domain;        ///< d= in A-labels; of a broken signature as written, or empty
    std::string selector;      ///< s=, likewise
    std::string identity;      ///< i= decoded, or "@" + d=; likewise
    std::string algorithm;     ///< a= as written
    std::string signature;     ///< b= without white space; header.b shows its beginning (RFC 6008)
    unsigned key_bits = 0;     ///< 0: no key was had
    bool testing = false;      ///< the key says t=y
    bool secure = false;       ///< the key came with DNSSEC's AD bit
    bool body_limited = false; ///< the signature has l=
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

} // namespace postern::dkim
