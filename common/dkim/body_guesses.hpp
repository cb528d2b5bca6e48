// What a body may have been before it was changed as relays change bodies: each guess takes back
// one kind of change. For diagnosis only (diagnosis.hpp).
#pragma once

#include "common/message/header.hpp"

#include <span>
#include <string>
#include <string_view>

namespace postern::dkim {

struct BodyGuess {
    std::string_view text; ///< what happened if this guess is right
    /// The body as it may have been; one pass, at most four times as long. The same body if there
    /// is nothing to take back.
    std::string (*take_back)(std::string_view body, const message::HeaderBlock& headers);
};

/// The likeliest first.
std::span<const BodyGuess> body_guesses() noexcept;

/// What a multipart around the whole body hides: the content of its first part, or nothing if this
/// is no multipart. A view into `body`.
std::string_view first_part(std::string_view body) noexcept;

} // namespace postern::dkim
