#include "common/dkim/key_record.hpp"

#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/message/tag_list.hpp"

#include <algorithm>

namespace postern::dkim {
namespace {

using message::TagList;

std::string without_zone_file_noise(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    for (const char c : text) {
        if (c == '"' || c == '\\') continue;
        clean += is_space(c) ? ' ' : c;
    }
    return clean;
}

/// Is one of the words in the colon-separated list (RFC 6376 3.6.1)? A tag that is not there says
/// yes.
bool list_has(const TagList& tags, std::string_view name, std::string_view word,
              std::string_view other) {
    const auto list = tags.find(name);
    if (!list) return true;
    const auto words = split(*list, ':');
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view w) { return w == word || w == other; });
}

bool flag_of(const TagList& tags, std::string_view flag) {
    return tags.find("t") && list_has(tags, "t", flag, flag);
}

Result<crypto::KeyType> type_of(const TagList& tags) {
    const std::string_view type = tags.find("k").value_or("rsa");
    if (type == "rsa") return crypto::KeyType::Rsa;
    if (type == "ed25519") return crypto::KeyType::Ed25519;
    return fail("k= is neither rsa nor ed25519");
}

} // namespace

Result<KeyRecord> KeyRecord::parse(std::string_view text) {
    const std::string clean = without_zone_file_noise(text);
    const auto tags = TagList::parse(clean);
    if (!tags) return fail("no valid tag list");
    if (const auto version = tags->find("v"))
        if (*version != "DKIM1" || tags->tags().front().name != "v")
            return fail("v= is not DKIM1, or does not come first");

    KeyRecord record;
    const auto type = type_of(*tags);
    if (!type) return tl::unexpected(type.error());
    record.type = *type;
    record.testing = flag_of(*tags, "y");
    record.strict_identity = flag_of(*tags, "s");
    record.allows_sha256 = list_has(*tags, "h", "sha256", "sha256");
    record.for_email = list_has(*tags, "s", "email", "*");

    const auto encoded = tags->find("p");
    if (!encoded) return fail("p= is missing");
    if (encoded->empty()) return record; // revoked
    const auto octets = base64_decode(*encoded, LeftoverBits::Ignored);
    if (!octets) return fail("p= is " + octets.error().message);
    auto key = crypto::PublicKey::parse(record.type, *octets);
    if (!key) return fail("p= is " + key.error().message);
    record.key = std::make_shared<const crypto::PublicKey>(std::move(*key));
    return record;
}

} // namespace postern::dkim
