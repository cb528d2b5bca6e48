// How a DKIM verdict came about, step by step, for a person: what the signature says, what was
// computed, which key there was.
#pragma once

#include "common/dkim/verdict.hpp"
#include "common/dns/resolver.hpp"
#include "common/message/header.hpp"

#include <iosfwd>
#include <span>
#include <string_view>

namespace postern::tool {

struct ExplainedMessage {
    const message::HeaderBlock& headers;
    std::string_view body; ///< as on the wire
};
/// The key records asked for, in this order, and what came.
struct KeyAnswers {
    std::span<const dns::Question> questions;
    std::span<const dns::Answer> answers;
};
enum class HeaderText : bool { Hide, Show };

/// Computes anew what it shows; decides nothing. `shown` adds the header fields in the form in
/// which they are hashed.
void explain(std::ostream& out, const dkim::Verdict& verdict, const ExplainedMessage& message,
             const KeyAnswers& keys, HeaderText shown);

} // namespace postern::tool
