#include "common/dkim/key_choice.hpp"

#include "common/base/text.hpp"
#include "common/dkim/key_cache.hpp"

#include <algorithm>

namespace postern::dkim {
namespace {

struct Objection {
    Status status = Status::PermError;
    std::string reason; ///< empty: none
};

Result<std::shared_ptr<const KeyRecord>> parse(std::string_view text, KeyCache* keys) {
    if (keys != nullptr) return keys->find_or_parse(text);
    auto record = KeyRecord::parse(text);
    if (!record) return tl::unexpected(record.error());
    return std::make_shared<const KeyRecord>(std::move(*record));
}

/// t=s: the domain of i= is d= itself (RFC 6376 3.6.1).
bool identity_is_strict(const SignatureFields& fields) {
    const auto at = fields.identity.rfind('@');
    return at == std::string::npos ||
           iequals(std::string_view(fields.identity).substr(at + 1), fields.domain);
}

Objection object(const KeyRecord& record, const SignatureFields& fields,
                 const VerifyOptions& options) {
    if (!record.key) return {Status::PermError, "key revoked"};
    const bool is_rsa = record.type == crypto::KeyType::Rsa;
    if (is_rsa != (fields.algorithm == Algorithm::RsaSha256))
        return {Status::PermError, "key is of another type than the signature"};
    if (!record.allows_sha256) return {Status::PermError, "key is not for sha256"};
    if (!record.for_email) return {Status::PermError, "key is not for email"};
    if (record.strict_identity && !identity_is_strict(fields))
        return {Status::PermError, "i= lies below d=, which the key forbids"};
    const unsigned bits = record.key->bits();
    if (is_rsa && (bits < options.min_rsa_bits || bits > options.limits.max_rsa_bits))
        return {Status::Policy, "RSA key of " + std::to_string(bits) + " bits"};
    return {};
}

} // namespace

KeyChoice choose_keys(const dns::Answer& answer, const SignatureReading& signature,
                      const VerifyOptions& options, KeyCache* keys) {
    KeyChoice choice;
    if (answer.is_failure()) {
        choice.status = Status::TempError;
        choice.reason = "dns " + std::string(dns::to_string(answer.outcome));
        return choice;
    }
    if (answer.outcome != dns::Outcome::Records || answer.records.empty()) {
        choice.reason = "no key";
        return choice;
    }
    const auto note = [&](const Objection& objection, std::shared_ptr<const KeyRecord> record) {
        // What was a key says more than what was none, and a weak one more than a wrong one.
        const bool nearer = record && (!choice.best || (objection.status == Status::Policy &&
                                                        choice.status != Status::Policy));
        if (!choice.reason.empty() && !nearer) return;
        choice.status = objection.status;
        choice.reason = objection.reason;
        if (record) choice.best = std::move(record);
    };
    const std::size_t count = std::min(answer.records.size(), options.limits.records);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string& text = answer.records[i].text;
        if (text.size() > options.limits.record_octets) {
            note({Status::Policy, "key record longer than " +
                                      std::to_string(options.limits.record_octets) + " octets"},
                 nullptr);
            continue;
        }
        const auto record = parse(text, keys);
        if (!record) {
            note({Status::PermError, "key record: " + record.error().message}, nullptr);
            continue;
        }
        const Objection objection = object(**record, signature.fields, options);
        if (objection.reason.empty())
            choice.usable.push_back(*record);
        else
            note(objection, *record);
    }
    if (!choice.usable.empty()) choice.best = choice.usable.front();
    return choice;
}

} // namespace postern::dkim
