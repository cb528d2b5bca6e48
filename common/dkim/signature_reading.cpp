#include "common/dkim/signature_reading.hpp"

#include "common/base/base64.hpp"
#include "common/base/domain.hpp"
#include "common/base/text.hpp"
#include "common/message/tag_list.hpp"

#include <algorithm>
#include <limits>

namespace postern::dkim {
namespace {

using message::TagList;
using message::without_folding;

constexpr std::size_t kMaxTimeDigits = 12;

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
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

/// Reads tag after tag into one SignatureReading; every step is false after noting the problem.
class Reader {
public:
    Reader(const TagList& tags, SignatureReading& into) : tags_(tags), into_(into) {}

    bool read(std::size_t max_names) {
        return read_version() && read_algorithm() && read_canonicalization() && read_names() &&
               read_identity() && read_times() && read_query() && read_headers(max_names) &&
               read_length() && read_hash_and_signature();
    }

private:
    bool wrong(std::string_view tag, std::string_view why) {
        into_.problem = std::string(tag) + "= " + std::string(why);
        return false;
    }
    /// White space inside is part of the value here: names and numbers have none (RFC 6376 3.5);
    /// lists and base64 have it taken out by the caller.
    bool require(std::string_view name, std::string_view& value) {
        const auto found = tags_.find(name);
        if (!found) return wrong(name, "is missing");
        if (found->empty()) return wrong(name, "is empty");
        value = *found;
        return true;
    }

    bool read_version() {
        std::string_view version;
        return require("v", version) && (version == "1" || wrong("v", "is not 1"));
    }
    bool read_algorithm() {
        std::string_view name;
        if (!require("a", name)) return false;
        into_.named = NamedAlgorithm::Known;
        if (name == to_string(Algorithm::RsaSha256))
            into_.fields.algorithm = Algorithm::RsaSha256;
        else if (name == to_string(Algorithm::Ed25519Sha256))
            into_.fields.algorithm = Algorithm::Ed25519Sha256;
        else if (name == "rsa-sha1")
            into_.named = NamedAlgorithm::RsaSha1;
        else
            into_.named = NamedAlgorithm::Unknown;
        return into_.named != NamedAlgorithm::Unknown ||
               wrong("a", "is neither rsa-sha256 nor ed25519-sha256");
    }
    bool read_canonicalization() {
        const std::string_view forms = tags_.find("c").value_or("simple/simple");
        const auto halves = cut(forms, '/').value_or(Halves{forms, "simple"});
        const auto header_form = message::parse_canonicalization(halves.before);
        const auto body_form = message::parse_canonicalization(halves.after);
        if (!header_form || !body_form) return wrong("c", "names no known canonicalization");
        into_.fields.header = *header_form;
        into_.fields.body = *body_form;
        return true;
    }
    bool read_name(std::string_view tag, std::string& into) {
        std::string_view text;
        if (!require(tag, text)) return false;
        auto labels = to_a_labels(text); // U-labels are allowed (RFC 8616 4)
        if (!labels) return wrong(tag, labels.error().message);
        into = std::move(*labels);
        return true;
    }
    bool read_names() {
        return read_name("d", into_.fields.domain) && read_name("s", into_.fields.selector);
    }
    bool read_identity() {
        const auto value = tags_.find("i");
        if (!value) return true;
        auto identity = decode_quoted_printable(without_folding(*value));
        const auto at = identity ? identity->rfind('@') : std::string::npos;
        if (at == std::string::npos) return wrong("i", "is not an identity");
        const auto under = to_a_labels(std::string_view(*identity).substr(at + 1));
        if (!under) return wrong("i", under.error().message);
        if (!is_same_or_below(*under, into_.fields.domain))
            return wrong("i", "does not lie at or under d=");
        into_.fields.identity = identity->substr(0, at + 1) + *under;
        return true;
    }
    bool read_times() {
        if (const auto made = tags_.find("t")) {
            if (!is_number(*made) || made->size() > kMaxTimeDigits)
                return wrong("t", "is not a time of up to 12 digits");
            into_.fields.timestamp = parse_number<std::int64_t>(*made);
        }
        if (const auto ends = tags_.find("x")) {
            if (!is_number(*ends)) return wrong("x", "is not a time");
            // More than 12 digits are as good as never (RFC 6376 3.5).
            if (ends->size() <= kMaxTimeDigits)
                into_.fields.expiry = parse_number<std::int64_t>(*ends);
        }
        const auto& fields = into_.fields;
        return !fields.timestamp || !fields.expiry || *fields.expiry >= *fields.timestamp ||
               wrong("x", "lies before t=");
    }
    bool read_query() {
        const auto methods = tags_.find("q");
        if (!methods) return true;
        const auto words = split(*methods, ':');
        return std::find(words.begin(), words.end(), "dns/txt") != words.end() ||
               wrong("q", "does not name dns/txt");
    }
    bool read_headers(std::size_t max_names) {
        std::string_view list;
        if (!require("h", list)) return false;
        if (static_cast<std::size_t>(std::count(list.begin(), list.end(), ':')) >= max_names) {
            into_.too_many_names = true;
            return true;
        }
        for (const std::string_view name : split(list, ':')) {
            const bool printable =
                std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F'; });
            if (name.empty() || !printable) return wrong("h", "has an entry that is no field name");
            into_.covers_from = into_.covers_from || iequals(name, "From");
            into_.fields.headers.emplace_back(name);
        }
        return true;
    }
    bool read_length() {
        const auto length = tags_.find("l");
        if (!length) return true;
        if (!is_number(*length)) return wrong("l", "is not a number");
        constexpr std::uint64_t kMore = std::numeric_limits<std::uint64_t>::max();
        into_.length = parse_number<std::uint64_t>(*length).value_or(kMore);
        return true;
    }
    bool read_base64(std::string_view tag, std::vector<std::uint8_t>& into) {
        std::string_view text;
        if (!require(tag, text)) return false;
        // As every other verifier's decoder does; what differs from the text signed shows itself.
        auto octets = base64_decode(text, LeftoverBits::Ignored);
        if (!octets) return wrong(tag, octets.error().message);
        into = std::move(*octets);
        return true;
    }
    bool read_hash_and_signature() {
        if (!read_base64("bh", into_.fields.body_hash) || !read_base64("b", into_.fields.signature))
            return false;
        return into_.named == NamedAlgorithm::RsaSha1 ||
               into_.fields.body_hash.size() == crypto::Sha256{}.size() ||
               wrong("bh", "is not a SHA-256 digest");
    }

    const TagList& tags_;
    SignatureReading& into_;
};

/// From behind the "=" to the ";" or the end: more than the tag list shows of it.
void locate_signature(std::string_view value, std::string_view tag_value, SignatureReading& into) {
    auto start = static_cast<std::size_t>(tag_value.data() - value.data());
    std::size_t end = start + tag_value.size();
    while (start > 0 && is_space(value[start - 1]))
        --start;
    while (end < value.size() && value[end] != ';')
        ++end;
    into.signature_start = start;
    into.signature_octets = end - start;
}

} // namespace

SignatureReading read_signature(std::string_view value, std::size_t max_names) {
    SignatureReading reading;
    const auto tags = TagList::parse(value);
    if (!tags) {
        reading.problem = "no valid tag list";
        reading.detail = tags.error().message;
        return reading;
    }
    reading.algorithm = tags->find("a").value_or("");
    if (const auto signature = tags->find("b")) {
        reading.signature = without_folding(*signature);
        locate_signature(value, *signature, reading);
    }
    if (!Reader(*tags, reading).read(max_names)) {
        auto& fields = reading.fields;
        if (fields.domain.empty()) fields.domain = tags->find("d").value_or("");
        if (fields.selector.empty()) fields.selector = tags->find("s").value_or("");
        if (fields.identity.empty()) fields.identity = tags->find("i").value_or("");
    }
    return reading;
}

} // namespace postern::dkim
