#include "common/dkim/signer.hpp"

#include "common/base/domain.hpp"
#include "common/base/text.hpp"
#include "common/dkim/signature.hpp"
#include "common/dkim/signed_fields.hpp"

namespace postern::dkim {
namespace {

/// Octets of d=, s= and encoded i=: one line each, and no line may be longer than 998 octets
/// (RFC 5322 2.1.1).
constexpr std::size_t kMaxIdentity = 900;
/// x= of more than 12 digits means "never" to many a verifier (RFC 6376 3.5).
constexpr std::int64_t kMaxTime = 999'999'999'999;

std::string quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 300)) + "\""; }

/// i= with its domain in A-labels, at or under d= (RFC 6376 3.5).
Result<std::string> checked_identity(std::string_view identity, std::string_view domain) {
    const auto at = identity.rfind('@');
    if (at == std::string_view::npos) return fail("i=" + quoted(identity) + " has no \"@\"");
    const auto under = to_a_labels(identity.substr(at + 1));
    if (!under) return fail("i=" + quoted(identity) + ": " + under.error().message);
    if (!is_same_or_below(*under, domain))
        return fail("i=" + quoted(identity) + " does not lie at or under d=" + quoted(domain));
    std::string whole = std::string(identity.substr(0, at + 1)) + *under;
    if (quoted_printable(whole, HeaderCharset::Ascii).size() > kMaxIdentity)
        return fail("i=" + quoted(identity) + " is too long");
    return whole;
}

HeaderCharset charset_of(const message::HeaderBlock& headers) {
    return is_ascii(headers.text()) ? HeaderCharset::Ascii : HeaderCharset::Utf8;
}

} // namespace

Signer::Signer(std::vector<SigningIdentity> identities, SigningOptions options, std::int64_t now)
    : identities_(std::move(identities)), options_(std::move(options)), now_(now),
      canonical_body_(options_.body) {}

void Signer::body(std::string_view chunk) {
    octets_ += chunk.size();
    const auto into_hash = [this](std::string_view octets) { body_hash_.update(octets); };
    canonical_body_.update(chunk, into_hash);
}

Result<std::vector<SignedField>> Signer::finish(const message::HeaderBlock& headers) {
    const auto into_hash = [this](std::string_view octets) { body_hash_.update(octets); };
    canonical_body_.finish(into_hash);
    const crypto::Sha256 body_hash = body_hash_.finish();

    if (identities_.empty()) return fail("no key to sign with");
    if (headers.find("From") == message::HeaderBlock::npos)
        return fail(
            "the message has no From field, which every signature must cover (RFC 6376 5.4)");
    if (now_ < 0 || now_ > kMaxTime) return fail("the clock is wrong: " + std::to_string(now_));

    SignatureFields fields;
    fields.header = options_.header;
    fields.body = options_.body;
    fields.body_hash.assign(body_hash.begin(), body_hash.end());
    if (options_.timestamp) fields.timestamp = now_;
    if (options_.expiry) {
        const std::int64_t after = options_.expiry->count();
        if (after <= 0 || after > kMaxTime - now_)
            return fail("signatures cannot expire after " + std::to_string(after) + " seconds");
        fields.expiry = now_ + after;
    }
    auto names = options_.selection.bounded_names_for(headers);
    if (!names) return tl::unexpected(names.error());
    fields.headers = std::move(*names);

    // Equal for all identities, as h= and c= are; only the DKIM-Signature field itself differs.
    std::string canonical;
    canonical.reserve(headers.octets());
    append_signed_fields(canonical, headers, fields.headers, options_.header);

    std::vector<SignedField> signatures;
    signatures.reserve(identities_.size());
    for (const SigningIdentity& identity : identities_) {
        auto one = sign(identity, fields, canonical, headers);
        if (!one)
            return fail("cannot sign for d=" + quoted(identity.domain) +
                        " s=" + quoted(identity.selector) + ": " + one.error().message);
        signatures.push_back(std::move(*one));
    }
    return signatures;
}

Result<SignedField> Signer::sign(const SigningIdentity& identity, SignatureFields& fields,
                                 std::string_view canonical_fields,
                                 const message::HeaderBlock& headers) {
    if (!identity.key) return fail("no private key");
    auto domain = to_a_labels(identity.domain);
    if (!domain) return tl::unexpected(domain.error());
    auto selector = to_a_labels(identity.selector);
    if (!selector) return fail("selector: " + selector.error().message);
    fields.domain = std::move(*domain);
    fields.selector = std::move(*selector);
    fields.identity.clear();
    HeaderCharset charset = HeaderCharset::Ascii;
    if (!identity.identity.empty()) {
        auto checked = checked_identity(identity.identity, fields.domain);
        if (!checked) return tl::unexpected(checked.error());
        fields.identity = std::move(*checked);
        if (!is_ascii(fields.identity)) charset = charset_of(headers);
    }
    fields.algorithm = identity.key->type() == crypto::KeyType::Rsa ? Algorithm::RsaSha256
                                                                    : Algorithm::Ed25519Sha256;

    SignedField field;
    field.value = fields.format_unsigned(charset);
    const auto signature = identity.key->sign(
        header_hash(header_hash_, canonical_fields, field.value, options_.header));
    if (!signature) return tl::unexpected(signature.error());
    append_signature(field.value, *signature);
    field.domain = fields.domain;
    field.selector = fields.selector;
    field.algorithm = to_string(fields.algorithm);
    field.fields = fields.headers.size();
    return field;
}

} // namespace postern::dkim
