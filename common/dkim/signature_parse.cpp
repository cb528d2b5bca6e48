#include "common/base/base64.hpp"
#include "common/base/domain.hpp"
#include "common/base/text.hpp"
#include "common/dkim/signature.hpp"
#include "common/message/tag_list.hpp"

#include <algorithm>

namespace postern::dkim {
namespace {

using message::TagList;
using message::without_folding;

tl::unexpected<Error> wrong(std::string_view tag, std::string_view why) {
    return fail(std::string(tag) + "= " + std::string(why));
}

/// The error if the tag is missing or empty. White space inside is part of the value here: names
/// and numbers have none (RFC 6376 3.5); lists and base64 have it taken out by the caller.
Result<std::string_view> required(const TagList& tags, std::string_view name) {
    const auto value = tags.find(name);
    if (!value) return wrong(name, "is missing");
    if (value->empty()) return wrong(name, "is empty");
    return *value;
}

Result<std::optional<std::int64_t>> time_of(const TagList& tags, std::string_view name) {
    const auto value = tags.find(name);
    if (!value) return std::optional<std::int64_t>{};
    const auto time = parse_number<std::uint64_t>(*value);
    if (!time || *time > 999'999'999'999) return wrong(name, "is not a time of up to 12 digits");
    return static_cast<std::int64_t>(*time);
}

std::optional<std::string> decode_quoted_printable(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            decoded += text[i];
            continue;
        }
        const std::string_view hex = text.substr(i + 1, 2);
        const auto octet = hex.size() == 2 ? parse_number<std::uint8_t>(hex, 16) : std::nullopt;
        if (!octet) return std::nullopt;
        if (std::any_of(hex.begin(), hex.end(), [](char c) { return c >= 'a' && c <= 'f'; }))
            return std::nullopt; // capitals only (RFC 6376 2.11)
        decoded += static_cast<char>(*octet);
        i += 2;
    }
    return decoded;
}

Result<std::string> identity_of(const TagList& tags, std::string_view domain) {
    const auto value = tags.find("i");
    if (!value) return std::string();
    auto identity = decode_quoted_printable(without_folding(*value));
    const auto at = identity ? identity->rfind('@') : std::string::npos;
    if (at == std::string::npos) return wrong("i", "is not an identity");
    const auto under = to_a_labels(std::string_view(*identity).substr(at + 1));
    if (!under) return wrong("i", under.error().message);
    if (!is_same_or_below(*under, domain)) return wrong("i", "does not lie at or under d=");
    return identity->substr(0, at + 1) + *under;
}

Result<std::vector<std::string>> headers_of(const std::string& list) {
    constexpr std::size_t kMaxEntries = 1000;
    if (static_cast<std::size_t>(std::count(list.begin(), list.end(), ':')) >= kMaxEntries)
        return wrong("h", "has more than 1000 entries");
    std::vector<std::string> names;
    bool from = false;
    for (const std::string_view name : split(list, ':')) {
        const bool printable =
            std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F'; });
        if (name.empty() || !printable) return wrong("h", "has an entry that is no field name");
        from = from || iequals(name, "From");
        names.emplace_back(name);
    }
    if (!from) return wrong("h", "does not cover From");
    return names;
}

} // namespace

Result<SignatureFields> SignatureFields::parse(std::string_view value) {
    const auto tags = TagList::parse(value);
    if (!tags) return tl::unexpected(tags.error());
    SignatureFields fields;

    const auto version = required(*tags, "v");
    if (!version) return tl::unexpected(version.error());
    if (*version != "1") return wrong("v", "is not 1");

    const auto algorithm = required(*tags, "a");
    if (!algorithm) return tl::unexpected(algorithm.error());
    if (*algorithm == to_string(Algorithm::RsaSha256))
        fields.algorithm = Algorithm::RsaSha256;
    else if (*algorithm == to_string(Algorithm::Ed25519Sha256))
        fields.algorithm = Algorithm::Ed25519Sha256;
    else
        return wrong("a", "is neither rsa-sha256 nor ed25519-sha256");

    const std::string_view forms = tags->find("c").value_or("simple/simple");
    const auto halves = cut(forms, '/').value_or(Halves{forms, "simple"});
    const auto header_form = message::parse_canonicalization(halves.before);
    const auto body_form = message::parse_canonicalization(halves.after);
    if (!header_form || !body_form) return wrong("c", "names no known canonicalization");
    fields.header = *header_form;
    fields.body = *body_form;

    for (const auto& [name, into] : {std::pair{"d", &fields.domain}, {"s", &fields.selector}}) {
        const auto text = required(*tags, name);
        if (!text) return tl::unexpected(text.error());
        auto labels = to_a_labels(*text);
        if (!labels) return wrong(name, labels.error().message);
        *into = std::move(*labels);
    }
    auto identity = identity_of(*tags, fields.domain);
    if (!identity) return tl::unexpected(identity.error());
    fields.identity = std::move(*identity);

    const auto made = time_of(*tags, "t");
    if (!made) return tl::unexpected(made.error());
    const auto ends = time_of(*tags, "x");
    if (!ends) return tl::unexpected(ends.error());
    if (*made && *ends && **ends < **made) return wrong("x", "lies before t=");
    fields.timestamp = *made;
    fields.expiry = *ends;

    const auto list = required(*tags, "h");
    if (!list) return tl::unexpected(list.error());
    auto names = headers_of(without_folding(*list));
    if (!names) return tl::unexpected(names.error());
    fields.headers = std::move(*names);

    if (tags->find("l")) return wrong("l", "limits the signature to a part of the body");

    for (const auto& [name, into] :
         {std::pair{"bh", &fields.body_hash}, {"b", &fields.signature}}) {
        const auto text = required(*tags, name);
        if (!text) return tl::unexpected(text.error());
        auto octets = base64_decode(*text);
        if (!octets) return wrong(name, octets.error().message);
        *into = std::move(*octets);
    }
    if (fields.body_hash.size() != crypto::Sha256{}.size())
        return wrong("bh", "is not a SHA-256 digest");
    return fields;
}

} // namespace postern::dkim
