// A whole message through the verifier, keys in the cache, beside the bare public-key operation:
// "Verify10k/x" over "RawVerify/x" is what a message adds. "NoCache" parses its key each time.
#include "common/base/base64.hpp"
#include "common/dkim/key_cache.hpp"
#include "common/dkim/signer.hpp"
#include "common/dkim/verifier.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern {
namespace {

using crypto::KeyType;
using crypto::PrivateKey;
using Key = std::shared_ptr<const PrivateKey>;

constexpr std::int64_t kNow = 1767225600;

const Key& key_of(KeyType type) {
    static const Key rsa = std::make_shared<const PrivateKey>(*PrivateKey::generate(KeyType::Rsa));
    static const Key ed25519 =
        std::make_shared<const PrivateKey>(*PrivateKey::generate(KeyType::Ed25519));
    return type == KeyType::Rsa ? rsa : ed25519;
}

void raw(benchmark::State& state, KeyType type) {
    const auto key = crypto::PublicKey::parse(type, key_of(type)->public_key());
    const crypto::Sha256 digest = crypto::sha256("x");
    const auto signature = *key_of(type)->sign(digest);
    for (auto _ : state)
        benchmark::DoNotOptimize(key->verify(digest, signature));
}

struct Signed {
    message::HeaderBlock headers;
    std::string body;
    std::vector<dns::Answer> answers;
};

Signed signed_mail(const std::vector<KeyType>& types) {
    Signed mail;
    while (mail.body.size() < 10240)
        mail.body +=
            "The small side gate of a fortress opens before the great one does.\r\nWhoever "
            "comes at night knocks there.\r\n\r\n";
    message::HeaderBlock plain;
    plain.add("Received", " from client.example.org (client.example.org [192.0.2.7])\r\n"
                          "\tby mail.example.org (Postfix) with ESMTPSA id 4ZxQ1m2Jz9z1Yq\r\n"
                          "\tfor <someone@example.net>; Mon,  3 Aug 2026 10:00:00 +0200 (CEST)");
    plain.add("Message-ID", " <0d4ee3b6-7c43-4c39-8f52-2b0f5ac0f2a4@example.org>");
    plain.add("Date", " Mon, 3 Aug 2026 10:00:00 +0200");
    plain.add("MIME-Version", " 1.0");
    plain.add("Subject", " =?UTF-8?Q?Die_kleine_Pforte?=");
    plain.add("To", " Someone Else <someone@example.net>");
    plain.add("From", " \"The Gatekeeper\" <gate@example.org>");
    plain.add("Content-Type", " text/plain; charset=UTF-8; format=flowed");
    std::vector<dkim::SigningIdentity> identities;
    for (const KeyType type : types)
        identities.push_back({.domain = "example.org",
                              .selector = type == KeyType::Rsa ? "r" : "e",
                              .key = key_of(type)});
    dkim::Signer signer(identities, {}, kNow);
    signer.body(mail.body);
    const auto fields = signer.finish(plain);
    for (const auto& field : *fields)
        mail.headers.add("DKIM-Signature", field.value);
    for (std::size_t i = 0; i < plain.size(); ++i)
        mail.headers.add(plain[i].name, plain[i].value);
    for (const KeyType type : types) {
        dns::Answer answer;
        answer.outcome = dns::Outcome::Records;
        dns::Record record;
        record.text = std::string("v=DKIM1; k=") + (type == KeyType::Rsa ? "rsa" : "ed25519") +
                      "; p=" + base64_encode(key_of(type)->public_key());
        answer.records.push_back(std::move(record));
        mail.answers.push_back(std::move(answer));
    }
    return mail;
}

void message_with(benchmark::State& state, const std::vector<KeyType>& types, std::size_t kept,
                  bool diagnose) {
    const Signed mail = signed_mail(types);
    dkim::KeyCache keys(kept);
    dkim::VerifyOptions options;
    options.now = kNow;
    options.authors = {"example.org"};
    options.diagnose = diagnose;
    for (auto _ : state) {
        dkim::Verifier verifier(mail.headers, options, &keys);
        verifier.body(mail.body);
        const auto verdicts = verifier.finish(mail.answers);
        if (verdicts.front().status != dkim::Status::Pass) state.SkipWithError("does not pass");
    }
}

const bool kRegistered = [] {
    const auto add = [](const char* name, auto function, auto... arguments) {
        benchmark::RegisterBenchmark(name, function, arguments...)->Unit(benchmark::kMicrosecond);
    };
    const std::vector rsa{KeyType::Rsa};
    const std::vector ed25519{KeyType::Ed25519};
    add("RawVerify/rsa2048", raw, KeyType::Rsa);
    add("RawVerify/ed25519", raw, KeyType::Ed25519);
    add("Verify10k/rsa2048", message_with, rsa, 100, true);
    add("Verify10k/ed25519", message_with, ed25519, 100, true);
    add("Verify10k/both", message_with, std::vector{KeyType::Rsa, KeyType::Ed25519}, 100, true);
    add("Verify10k/rsa2048/NoDiagnosis", message_with, rsa, 100, false);
    add("Verify10k/rsa2048/NoCache", message_with, rsa, 0, true);
    add("Verify10k/ed25519/NoCache", message_with, ed25519, 0, true);
    return true;
}();

} // namespace
} // namespace postern
