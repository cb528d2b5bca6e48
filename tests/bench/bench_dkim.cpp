// One signature of each kind, the hash, and a whole message through the signer, each beside the
// bare OpenSSL operation it rests on. "Sign/x" over "Raw/x" is what PrivateKey adds; "Message/x"
// over "Raw/x" what a message adds.
#include "common/crypto/key.hpp"
#include "common/dkim/signer.hpp"

#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>

namespace postern {
namespace {

using crypto::KeyType;
using crypto::PrivateKey;
using Key = std::shared_ptr<const PrivateKey>;

Key key_of(KeyType type) {
    static const Key rsa = std::make_shared<const PrivateKey>(*PrivateKey::generate(KeyType::Rsa));
    static const Key ed25519 =
        std::make_shared<const PrivateKey>(*PrivateKey::generate(KeyType::Ed25519));
    return type == KeyType::Rsa ? rsa : ed25519;
}

void sign(benchmark::State& state, KeyType type) {
    const Key key = key_of(type);
    const crypto::Sha256 digest = crypto::sha256("x");
    for (auto _ : state)
        benchmark::DoNotOptimize(key->sign(digest));
}

void raw(benchmark::State& state, KeyType type) {
    const std::string pem = key_of(type)->pem();
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    const crypto::Sha256 digest = crypto::sha256("x");
    unsigned char signature[512];
    if (type == KeyType::Rsa) {
        EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
        EVP_PKEY_sign_init(context);
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
        EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
        for (auto _ : state) {
            std::size_t size = sizeof signature;
            EVP_PKEY_sign(context, signature, &size, digest.data(), digest.size());
        }
        EVP_PKEY_CTX_free(context);
    } else {
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key);
        for (auto _ : state) {
            std::size_t size = sizeof signature;
            EVP_DigestSign(context, signature, &size, digest.data(), digest.size());
        }
        EVP_MD_CTX_free(context);
    }
    EVP_PKEY_free(key);
    BIO_free(bio);
}

void parse(benchmark::State& state, KeyType type) {
    const std::string pem = key_of(type)->pem();
    for (auto _ : state)
        benchmark::DoNotOptimize(PrivateKey::parse(pem));
}

void hash_1mb(benchmark::State& state) {
    const std::string text(1 << 20, 'x');
    crypto::Sha256Stream stream;
    for (auto _ : state) {
        stream.reset();
        stream.update(text);
        benchmark::DoNotOptimize(stream.finish());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

message::HeaderBlock headers() {
    constexpr std::string_view kHeader =
        "Received: from client.example.org (client.example.org [192.0.2.7])\r\n"
        "\tby mail.example.org (Postfix) with ESMTPSA id 4ZxQ1m2Jz9z1Yq\r\n"
        "\tfor <someone@example.net>; Mon,  3 Aug 2026 10:00:00 +0200 (CEST)\r\n"
        "Message-ID: <0d4ee3b6-7c43-4c39-8f52-2b0f5ac0f2a4@example.org>\r\n"
        "Date: Mon, 3 Aug 2026 10:00:00 +0200\r\nMIME-Version: 1.0\r\n"
        "User-Agent: Mozilla Thunderbird\r\nSubject: =?UTF-8?Q?Die_kleine_Pforte?=\r\n"
        "To: Someone Else <someone@example.net>\r\nFrom: \"The Gatekeeper\" <gate@example.org>\r\n"
        "Content-Type: text/plain; charset=UTF-8; format=flowed\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n";
    return message::HeaderBlock::parse(kHeader)->headers;
}

std::string body() {
    std::string text;
    while (text.size() < 10240)
        text += "The small side gate of a fortress opens before the great one does.\r\nWhoever "
                "comes at "
                "night knocks there.\r\n\r\n";
    return text;
}

void message_with(benchmark::State& state, std::vector<KeyType> types) {
    const auto block = headers();
    const std::string text = body();
    std::vector<dkim::SigningIdentity> identities;
    for (const KeyType type : types)
        identities.push_back(
            {.domain = "example.org", .selector = "2026a", .identity = "", .key = key_of(type)});
    for (auto _ : state) {
        dkim::Signer signer(identities, {}, 1767225600);
        signer.body(text);
        benchmark::DoNotOptimize(signer.finish(block));
    }
}

void selection(benchmark::State& state) {
    const auto block = headers();
    const auto chosen = dkim::HeaderSelection::defaults();
    for (auto _ : state)
        benchmark::DoNotOptimize(chosen.names_for(block));
}

const bool kRegistered = [] {
    const auto add = [](const char* name, auto function, auto... arguments) {
        benchmark::RegisterBenchmark(name, function, arguments...)->Unit(benchmark::kMicrosecond);
    };
    add("Raw/rsa2048", raw, KeyType::Rsa);
    add("Sign/rsa2048", sign, KeyType::Rsa);
    add("Message10k/rsa2048", message_with, std::vector{KeyType::Rsa});
    add("Raw/ed25519", raw, KeyType::Ed25519);
    add("Sign/ed25519", sign, KeyType::Ed25519);
    add("Message10k/ed25519", message_with, std::vector{KeyType::Ed25519});
    add("Message10k/both", message_with, std::vector{KeyType::Rsa, KeyType::Ed25519});
    add("Parse/rsa2048", parse, KeyType::Rsa);
    add("Parse/ed25519", parse, KeyType::Ed25519);
    add("Sha256/1MB", hash_1mb);
    add("Selection/default", selection);
    return true;
}();

} // namespace
} // namespace postern
