#include "common/dkim/verifier.hpp"

#include "common/base/domain.hpp"
#include "common/base/text.hpp"
#include "common/dkim/body_hashes.hpp"
#include "common/dkim/diagnosis.hpp"
#include "common/dkim/key_cache.hpp"
#include "common/dkim/key_choice.hpp"
#include "common/dkim/signature_reading.hpp"
#include "common/dkim/signed_fields.hpp"

#include <algorithm>
#include <optional>

namespace postern::dkim {
namespace {

/// A signature that may still come to something.
struct Live {
    std::size_t verdict = 0;
    SignatureReading reading;
    int rank = 0;                        ///< 0 first; see rank_of()
    std::optional<std::size_t> question; ///< none: no key could help any more
    std::size_t body = 0;                ///< in BodyHashes
};

/// A mismatch to be explained once all are known.
struct Mismatch {
    std::size_t verdict = 0;
    WantedBodyHash wanted;
};

/// 0: d= is the domain of an author; 1: one of the two lies below the other; 2: neither. Which of
/// the two is not asked, because who sends as news.example.org may sign as example.org and, as
/// DMARC's relaxed alignment has it, the other way round.
int rank_of(const std::string& domain, const std::vector<std::string>& authors) {
    int rank = 2;
    for (const std::string& author : authors) {
        if (iequals(author, domain)) return 0;
        if (is_same_or_below(author, domain) || is_same_or_below(domain, author)) rank = 1;
    }
    return rank;
}

void decide(Verdict& verdict, Status status, std::string reason) {
    verdict.status = status;
    verdict.reason = std::move(reason);
}

/// What needs no key and no body (RFC 6376 6.1.1). Is it decided?
bool decide_early(Verdict& verdict, const SignatureReading& reading, const VerifyOptions& options) {
    const SignatureFields& fields = reading.fields;
    const std::int64_t skew = options.skew.count();
    if (!reading.problem.empty())
        decide(verdict, Status::PermError, reading.problem);
    else if (reading.too_many_names)
        decide(verdict, Status::Policy,
               "h= has more than " + std::to_string(options.limits.header_names) + " entries");
    else if (reading.named == NamedAlgorithm::RsaSha1)
        decide(verdict, Status::Policy, "rsa-sha1 (RFC 8301)");
    else if (fields.expiry && options.now > *fields.expiry && options.now - *fields.expiry > skew)
        decide(verdict, Status::PermError, "signature expired");
    else if (fields.timestamp && *fields.timestamp > options.now &&
             *fields.timestamp - options.now > skew)
        decide(verdict, Status::Policy, "t= lies in the future");
    else
        return false;
    return true;
}

void describe(Verdict& verdict, const SignatureReading& reading) {
    verdict.domain = reading.fields.domain;
    verdict.selector = reading.fields.selector;
    verdict.identity = reading.fields.identity;
    if (verdict.identity.empty() && !verdict.domain.empty())
        verdict.identity = "@" + verdict.domain;
    verdict.algorithm = reading.algorithm;
    verdict.signature = reading.signature;
    verdict.body_limited = reading.length.has_value();
}

bool same(std::span<const std::uint8_t> expected, const crypto::Sha256& hash) {
    return std::equal(expected.begin(), expected.end(), hash.begin(), hash.end());
}

} // namespace

struct Verifier::Impl {
    Impl(const message::HeaderBlock& block, VerifyOptions with, KeyCache* cache);

    Verdict& begin_verdict(std::size_t field);
    void look_at(std::size_t field, std::vector<Live>& readable);
    void choose(std::vector<Live> readable);
    std::size_t question_for(const SignatureFields& fields);
    void judge(const Live& signature, const dns::Answer* answer);
    void judge_header(const Live& signature, const KeyChoice& choice, std::uint64_t octets);
    void diagnose_bodies();

    const message::HeaderBlock& headers;
    VerifyOptions options;
    KeyCache* keys;
    std::vector<Verdict> verdicts;
    std::vector<Live> live;
    std::vector<dns::Question> questions;
    BodyHashes bodies;
    std::optional<BodyDiagnosis> diagnosis;
    std::vector<Mismatch> mismatches;
    DiagnosisWork work;
    crypto::Sha256Stream stream;
};

Verifier::Impl::Impl(const message::HeaderBlock& block, VerifyOptions with, KeyCache* cache)
    : headers(block), options(std::move(with)), keys(cache) {
    std::vector<Live> readable;
    for (std::size_t i = 0; i < headers.size(); ++i)
        if (iequals(headers[i].name, "DKIM-Signature")) look_at(i, readable);
    choose(std::move(readable));
}

Verdict& Verifier::Impl::begin_verdict(std::size_t field) {
    Verdict& verdict = verdicts.emplace_back();
    verdict.field = field;
    return verdict;
}

void Verifier::Impl::look_at(std::size_t field, std::vector<Live>& readable) {
    Verdict& verdict = begin_verdict(field);
    const message::FieldView view = headers[field];
    if (view.whole.size() > options.limits.signature_octets)
        return decide(verdict, Status::Policy,
                      "DKIM-Signature field longer than " +
                          std::to_string(options.limits.signature_octets) + " octets");
    SignatureReading reading = read_signature(view.value, options.limits.header_names);
    describe(verdict, reading);
    if (decide_early(verdict, reading, options)) return;
    Live& signature = readable.emplace_back();
    signature.verdict = verdicts.size() - 1;
    signature.rank = rank_of(reading.fields.domain, options.authors);
    signature.reading = std::move(reading);
}

/// The budget goes to those that could pass, the authors' own first, so that nobody pushes them out
/// with signatures on top.
void Verifier::Impl::choose(std::vector<Live> readable) {
    std::stable_sort(readable.begin(), readable.end(),
                     [](const Live& a, const Live& b) { return a.rank < b.rank; });
    const std::size_t limit = options.limits.signatures;
    for (std::size_t i = limit; i < readable.size(); ++i)
        decide(verdicts[readable[i].verdict], Status::Policy,
               "not looked at: more than " + std::to_string(limit) + " signatures");
    if (readable.size() > limit) readable.resize(limit);
    live = std::move(readable);
    for (Live& signature : live) {
        const SignatureFields& fields = signature.reading.fields;
        // One that does not cover From cannot pass, whatever the key; a body that was changed is
        // still told apart.
        if (signature.reading.covers_from) signature.question = question_for(fields);
        signature.body = bodies.want(fields.body, signature.reading.length);
        if (options.diagnose && !signature.reading.length && !diagnosis) diagnosis.emplace(headers);
    }
}

std::size_t Verifier::Impl::question_for(const SignatureFields& fields) {
    dns::Question question{fields.selector + "._domainkey." + fields.domain, dns::RecordType::TXT};
    const auto found = std::find(questions.begin(), questions.end(), question);
    if (found != questions.end()) return static_cast<std::size_t>(found - questions.begin());
    questions.push_back(std::move(question));
    return questions.size() - 1;
}

/// In the order of what is certain: a body that does not match cannot be helped by any key, nor by
/// DNS that answers later.
void Verifier::Impl::judge(const Live& signature, const dns::Answer* answer) {
    Verdict& verdict = verdicts[signature.verdict];
    const SignatureReading& reading = signature.reading;
    KeyChoice choice;
    if (answer != nullptr) {
        choice = choose_keys(*answer, reading, options, keys);
        verdict.secure = answer->authenticated;
    }
    if (choice.best) {
        verdict.testing = choice.best->testing;
        verdict.key_bits = choice.best->key ? choice.best->key->bits() : 0;
    }
    const BodyHash& body = bodies[signature.body];
    if (reading.length && *reading.length > body.octets)
        return decide(verdict, Status::PermError, "l= is larger than the body");
    if (!same(reading.fields.body_hash, body.hash)) {
        if (!reading.length) {
            Mismatch mismatch{signature.verdict, {reading.fields.body, {}}};
            std::copy_n(reading.fields.body_hash.begin(), mismatch.wanted.hash.size(),
                        mismatch.wanted.hash.begin());
            mismatches.push_back(mismatch);
        }
        return decide(verdict, Status::Fail, "body hash does not match");
    }
    if (!reading.covers_from) return decide(verdict, Status::PermError, "h= does not cover From");
    if (choice.usable.empty()) return decide(verdict, choice.status, std::move(choice.reason));
    judge_header(signature, choice, body.octets);
}

void Verifier::Impl::judge_header(const Live& signature, const KeyChoice& choice,
                                  std::uint64_t octets) {
    Verdict& verdict = verdicts[signature.verdict];
    const SignatureReading& reading = signature.reading;
    const SignatureFields& fields = reading.fields;

    std::string canonical;
    canonical.reserve(headers.octets());
    append_signed_fields(canonical, headers, fields.headers, fields.header, verdict.field);
    std::string own;
    append_unsigned_field(own, headers[verdict.field], reading.signature_start,
                          reading.signature_octets, fields.header);
    const auto verified_by = [&](const crypto::Sha256& hash) {
        return std::find_if(choice.usable.begin(), choice.usable.end(), [&](const auto& record) {
            return record->key->verify(hash, fields.signature);
        });
    };
    const auto record = verified_by(header_hash(stream, canonical, own));
    if (record == choice.usable.end()) {
        decide(verdict, Status::Fail, "signature does not match");
        if (options.diagnose)
            verdict.diagnosis = explain_header(
                {headers, fields.headers, fields.header, own, verdict.field},
                [&](const crypto::Sha256& hash) {
                    return verified_by(hash) != choice.usable.end();
                },
                work);
        return;
    }
    verdict.testing = (*record)->testing;
    verdict.key_bits = (*record)->key->bits();
    if (unsigned_froms(headers, fields.headers) > 0)
        return decide(verdict, Status::Policy, "From field added");
    if (reading.length && *reading.length < octets)
        return decide(verdict, Status::Policy,
                      "l= leaves " + std::to_string(octets - *reading.length) + " octets unsigned");
    decide(verdict, Status::Pass, "");
}

void Verifier::Impl::diagnose_bodies() {
    if (!diagnosis || mismatches.empty()) return;
    std::vector<WantedBodyHash> wanted;
    wanted.reserve(mismatches.size());
    for (const Mismatch& mismatch : mismatches)
        wanted.push_back(mismatch.wanted);
    const auto causes = diagnosis->explain(wanted);
    for (std::size_t i = 0; i < mismatches.size() && i < causes.size(); ++i)
        verdicts[mismatches[i].verdict].diagnosis = causes[i];
}

Verifier::Verifier(const message::HeaderBlock& headers, VerifyOptions options, KeyCache* keys)
    : impl_(std::make_unique<Impl>(headers, std::move(options), keys)) {}
Verifier::~Verifier() = default;
Verifier::Verifier(Verifier&&) noexcept = default;
Verifier& Verifier::operator=(Verifier&&) noexcept = default;

bool Verifier::wants_body() const noexcept { return !impl_->bodies.empty(); }

void Verifier::body(std::string_view chunk) {
    if (impl_->bodies.empty()) return;
    impl_->bodies.update(chunk);
    if (impl_->diagnosis) impl_->diagnosis->update(chunk);
}

std::span<const dns::Question> Verifier::questions() const noexcept { return impl_->questions; }

std::vector<Verdict> Verifier::finish(std::span<const dns::Answer> answers) {
    static const dns::Answer kNotAnswered; // a timeout
    impl_->bodies.finish();
    for (const Live& signature : impl_->live) {
        const dns::Answer* answer = nullptr;
        if (signature.question)
            answer = *signature.question < answers.size() ? &answers[*signature.question]
                                                          : &kNotAnswered;
        impl_->judge(signature, answer);
    }
    impl_->diagnose_bodies();
    return std::move(impl_->verdicts);
}

} // namespace postern::dkim
