#include "tools/postern/dkim_explain.hpp"

#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/dkim/body_hashes.hpp"
#include "common/dkim/key_record.hpp"
#include "common/dkim/signature_reading.hpp"
#include "common/dkim/signed_fields.hpp"
#include "common/dkim/verifier.hpp"
#include "common/message/tag_list.hpp"
#include "tools/postern/input.hpp"

#include <algorithm>
#include <ostream>
#include <string>

namespace postern::tool {
namespace {

constexpr std::string_view kMargin = "                ";

void row(std::ostream& out, std::string_view name, std::string_view value) {
    std::string left = "  " + std::string(name);
    left.resize(std::max(kMargin.size(), left.size() + 1), ' ');
    out << left << printable(value) << "\n";
}

void explain_tags(std::ostream& out, std::string_view value) {
    const auto tags = message::TagList::parse(value);
    if (!tags) return row(out, "tags", "cannot be read: " + tags.error().message);
    std::string_view name = "tags";
    for (const message::Tag& tag : tags->tags()) {
        std::string text = std::string(tag.name) + "=" + message::without_folding(tag.value);
        if (tag.name == "b" && text.size() > 42) text = text.substr(0, 40) + "...";
        row(out, name, text);
        name = "";
    }
}

/// Which fields h= covers, and which it signs as absent.
void explain_fields(std::ostream& out, const message::HeaderBlock& headers,
                    const dkim::SignatureReading& reading, std::size_t own) {
    dkim::FieldStacks stacks(headers, reading.fields.headers, own);
    std::string present, absent;
    for (const std::string& name : reading.fields.headers) {
        std::string& list = stacks.take(name) == message::HeaderBlock::npos ? absent : present;
        list += (list.empty() ? "" : ", ") + name;
    }
    row(out, "signed", present.empty() ? "no field that is there" : present);
    if (!absent.empty()) row(out, "signed absent", absent);
}

void explain_body(std::ostream& out, std::string_view body, const dkim::SignatureReading& reading) {
    dkim::BodyHashes hashes;
    const std::size_t mine = hashes.want(reading.fields.body, reading.length);
    hashes.update(body);
    hashes.finish();
    const dkim::BodyHash& computed = hashes[mine];
    const bool same = std::equal(computed.hash.begin(), computed.hash.end(),
                                 reading.fields.body_hash.begin(), reading.fields.body_hash.end());
    row(out, "body",
        std::to_string(computed.octets) + " octets in canonical form" +
            (reading.length ? ", of which l=" + std::to_string(*reading.length) + " are signed"
                            : ""));
    row(out, "body hash", "claimed  " + base64_encode(reading.fields.body_hash));
    row(out, "",
        "computed " + base64_encode(computed.hash) +
            (same ? ", the same" : ", which is different"));
}

void explain_record(std::ostream& out, const dns::Record& record) {
    row(out, "record", record.text);
    const auto key = dkim::KeyRecord::parse(record.text);
    if (!key) return row(out, "", "cannot be read: " + key.error().message);
    if (!key->key) return row(out, "", "revoked: p= is empty");
    std::string text = key->type == crypto::KeyType::Rsa ? "RSA" : "Ed25519";
    text += ", " + std::to_string(key->key->bits()) + " bits";
    if (key->testing) text += ", testing (t=y)";
    if (key->strict_identity) text += ", i= must be d= (t=s)";
    row(out, "", text);
}

void explain_key(std::ostream& out, const dkim::SignatureReading& reading, const KeyAnswers& keys) {
    const dns::Question question{reading.fields.selector + "._domainkey." + reading.fields.domain,
                                 dns::RecordType::TXT};
    const auto asked = std::find(keys.questions.begin(), keys.questions.end(), question);
    if (asked == keys.questions.end()) return row(out, "key", "not asked for");
    row(out, "key", question.name + " TXT");
    const dns::Answer& answer =
        keys.answers[static_cast<std::size_t>(asked - keys.questions.begin())];
    if (answer.outcome != dns::Outcome::Records)
        return row(out, "",
                   std::string(to_string(answer.outcome)) +
                       (answer.why.empty() ? "" : ": " + answer.why));
    for (const dns::Record& record : answer.records)
        explain_record(out, record);
    if (answer.authenticated) row(out, "", "proved by DNSSEC");
}

void show_header_text(std::ostream& out, const ExplainedMessage& message,
                      const dkim::SignatureReading& reading, std::size_t own) {
    std::string text;
    dkim::append_signed_fields(text, message.headers, reading.fields.headers, reading.fields.header,
                               own);
    dkim::append_unsigned_field(text, message.headers[own], reading.signature_start,
                                reading.signature_octets, reading.fields.header);
    std::string_view name = "hashed";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find("\r\n", at), text.size());
        row(out, name, std::string_view(text).substr(at, end - at));
        name = "";
        at = end + 2;
    }
}

} // namespace

void explain(std::ostream& out, const dkim::Verdict& verdict, const ExplainedMessage& message,
             const KeyAnswers& keys, HeaderText shown) {
    const std::string_view value = message.headers[verdict.field].value;
    explain_tags(out, value);
    const dkim::SignatureReading reading =
        dkim::read_signature(value, dkim::VerifyLimits{}.header_names);
    if (!reading.problem.empty()) {
        row(out, "problem",
            reading.problem + (reading.detail.empty() ? "" : ": " + reading.detail));
    } else if (!reading.too_many_names) {
        row(out, "canonical",
            "header " + std::string(to_string(reading.fields.header)) + ", body " +
                std::string(to_string(reading.fields.body)));
        explain_fields(out, message.headers, reading, verdict.field);
        explain_body(out, message.body, reading);
        explain_key(out, reading, keys);
        if (shown == HeaderText::Show) show_header_text(out, message, reading, verdict.field);
    }
    row(out, "result", to_string(verdict.status));
    if (!verdict.reason.empty()) row(out, "reason", verdict.reason);
    if (!verdict.diagnosis.empty()) row(out, "diagnosis", verdict.diagnosis);
    if (verdict.testing) row(out, "note", "the domain only tests DKIM (t=y)");
}

} // namespace postern::tool
