// Messages to verify, for the tests of the verifier: signed with the keys of RFC 8463, whatever
// their tags say, and a resolver's answers for them.
#pragma once

#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/dkim/signature.hpp"
#include "common/dkim/signed_fields.hpp"
#include "common/dkim/verifier.hpp"
#include "common/message/canonical_body.hpp"
#include "tests/unit/dkim/example_keys.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::testing_support {

inline constexpr std::int64_t kNow = 1'700'000'000;
inline constexpr const char* kKeyName = "s1._domainkey.example.org";

inline std::string rsa_record() {
    return "v=DKIM1; k=rsa; p=" + base64_encode(rfc8463_rsa()->public_key());
}
inline std::string ed25519_record() {
    return "v=DKIM1; k=ed25519; p=" + base64_encode(rfc8463_ed25519()->public_key());
}

struct Field {
    std::string name, value;
};

struct Mail {
    std::vector<Field> fields;
    std::string body = "Hi.\r\n";

    [[nodiscard]] message::HeaderBlock headers() const {
        message::HeaderBlock block;
        for (const Field& field : fields)
            block.add(field.name, field.value);
        return block;
    }
    void put_on_top(std::string name, std::string value) {
        fields.insert(fields.begin(), {std::move(name), std::move(value)});
    }
};

inline Mail plain_mail() {
    return {{{"From", " Joe <joe@example.org>"},
             {"To", " suzie@example.net"},
             {"Subject", " Is dinner ready?"}}};
}

/// One signature as its tags say; they are put together as given, right or wrong.
struct RawSignature {
    std::string v = "v=1; ";
    std::string a = "ed25519-sha256";
    std::string c = "c=relaxed/relaxed; ";
    std::string d = "example.org", s = "s1", h = "From:To:Subject:From", more = {};
    message::Canonicalization header = message::Canonicalization::Relaxed;
    message::Canonicalization body = message::Canonicalization::Relaxed;
    std::size_t length = std::string::npos; ///< octets of the canonical body that are hashed
    KeyPointer key = rfc8463_ed25519();
    std::string behind = {}; ///< behind b=
    std::string field_name = "DKIM-Signature";
};

inline std::string canonical_body(std::string_view body, message::Canonicalization form) {
    std::string out;
    const auto into = [&](std::string_view octets) { out += octets; };
    message::BodyCanonicalizer canonical(form);
    canonical.update(body, into);
    canonical.finish(into);
    return out;
}

inline void sign_raw(Mail& mail, const RawSignature& how) {
    const std::string body = canonical_body(mail.body, how.body).substr(0, how.length);
    const std::string value = " " + how.v + "a=" + how.a + "; " + how.c + "d=" + how.d +
                              "; s=" + how.s + "; h=" + how.h + "; " + how.more +
                              "bh=" + base64_encode(crypto::sha256(body)) + "; b=";
    std::vector<std::string> names;
    for (const std::string_view name : split(how.h, ':'))
        names.emplace_back(name);
    const message::HeaderBlock headers = mail.headers();
    std::string canonical;
    dkim::append_signed_fields(canonical, headers, names, how.header);
    message::HeaderBlock own;
    own.add(how.field_name, value + how.behind);
    dkim::append_unsigned_field(canonical, own[0], value.size(), 0, how.header);
    const auto signature = how.key->sign(crypto::sha256(canonical));
    mail.put_on_top(how.field_name, value + base64_encode(*signature) + how.behind);
}

/// What DNS says: text of TXT records under each name.
using Zone = std::map<std::string, dns::Answer>;
inline dns::Answer txt(std::vector<std::string> texts) {
    dns::Answer answer;
    answer.outcome = dns::Outcome::Records;
    for (std::string& text : texts) {
        dns::Record record;
        record.text = std::move(text);
        answer.records.push_back(std::move(record));
    }
    return answer;
}
inline dns::Answer outcome(dns::Outcome how) {
    dns::Answer answer;
    answer.outcome = how;
    return answer;
}

inline dkim::VerifyOptions at_now() {
    dkim::VerifyOptions options;
    options.now = kNow;
    return options;
}

inline std::vector<dkim::Verdict> verify(const Mail& mail, const Zone& zone,
                                         dkim::VerifyOptions options = at_now(),
                                         dkim::KeyCache* keys = nullptr) {
    const message::HeaderBlock headers = mail.headers();
    dkim::Verifier verifier(headers, std::move(options), keys);
    for (std::size_t at = 0; at < mail.body.size(); at += 7)
        verifier.body(std::string_view(mail.body).substr(at, 7));
    std::vector<dns::Answer> answers;
    for (const dns::Question& question : verifier.questions()) {
        const auto found = zone.find(question.name);
        answers.push_back(found == zone.end() ? outcome(dns::Outcome::NxDomain) : found->second);
    }
    return verifier.finish(answers);
}

/// "pass", or "fail: body hash does not match".
inline std::string text_of(const dkim::Verdict& verdict) {
    std::string text(to_string(verdict.status));
    return verdict.reason.empty() ? text : text + ": " + verdict.reason;
}

} // namespace postern::testing_support
