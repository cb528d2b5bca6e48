// The tag=value lists of DKIM (RFC 6376 3.2): DKIM-Signature fields, key records.
//
//     const auto tags = TagList::parse(field.value);
//     if (!tags) return fail("DKIM-Signature: " + tags.error().message);
//     if (const auto domain = tags->find("d")) use(*domain);
//
// The list holds views into the text it was given: keep that alive. Names are case-sensitive, order
// is kept, unknown tags are for the caller to ignore.
#pragma once

#include "common/base/result.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::message {

struct Tag {
    std::string_view name;
    std::string_view value; ///< without white space at its ends; folds inside are kept
    friend bool operator==(const Tag&, const Tag&) = default;
};

class TagList {
public:
    /// The error says what is wrong and at which octet. A name that occurs twice makes the whole
    /// list invalid (RFC 6376 3.2); one ";" may stand at the end; an empty value is a value. Folds
    /// are CRLF + white space; octets above ASCII must be UTF-8 (RFC 8616 3).
    static Result<TagList> parse(std::string_view text);

    /// The value, empty if the tag is there without one; nothing if it is not there.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    [[nodiscard]] std::span<const Tag> tags() const noexcept { return tags_; }

    /// No list that means anything has more; looking for duplicates stays cheap.
    static constexpr std::size_t kMaxTags = 64;

private:
    std::vector<Tag> tags_;
};

/// The text without any white space and folds: what b=, bh=, p= and h= are compared and decoded as.
std::string without_folding(std::string_view value);

} // namespace postern::message
