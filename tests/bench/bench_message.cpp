// Header parsing, both canonicalizations, the body survey, next to the bare hash: what a body costs
// beyond SHA-256 is the ratio of Hash<kind>/relaxed to Hash<kind>/bare.
#include "common/message/canonical_body.hpp"
#include "common/message/canonical_header.hpp"
#include "common/message/header.hpp"
#include "common/message/survey.hpp"

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace postern::message {
namespace {

constexpr std::size_t kBodySize = 256 * 1024; // fits the second-level cache: memory is not measured
constexpr std::size_t kChunk = 64 * 1024 - 1; // Postfix sends bodies in chunks of this size

std::string repeated(std::string_view piece) {
    std::string text;
    while (text.size() < kBodySize)
        text += piece;
    return text;
}

std::string prose() {
    return repeated("The small side gate of a fortress opens before the great one does. Whoever "
                    "comes at\r\nnight knocks there, says a word, and is looked at through the "
                    "grating first.\r\n\r\nSo it is with mail.\r\n");
}
std::string double_spaced() {
    return repeated("Short sentences.  Two spaces each.  As typists were taught it.  On and "
                    "on.\r\n");
}
std::string quoted_printable() {
    return repeated(
        "Der gr=C3=B6=C3=9Fte Teil der Briefe ist kurz, manche sind l=C3=A4nger, und =\r\n"
        "einige h=C3=B6ren nicht auf.=20\r\n");
}
std::string base64() {
    return repeated(
        "VGhlIHNtYWxsIHNpZGUgZ2F0ZSBvZiBhIGZvcnRyZXNzIG9wZW5zIGJlZm9yZSB0aGUgZ3JlYXQg\r\n");
}
std::string indented() {
    return repeated("        if (gate) {\r\n\t\topen(gate);\r\n        }\r\n");
}
std::string empty_lines() { return repeated("\r\n"); }

using Body = std::string (*)();
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

template <class Use> void by_chunk(const std::string& body, Use&& use) {
    for (std::size_t at = 0; at < body.size(); at += kChunk)
        use(std::string_view(body).substr(at, kChunk));
}

void count_octets(benchmark::State& state, const std::string& body) {
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}

void sha256_bare(benchmark::State& state, Body make) {
    const std::string body = make();
    const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    unsigned char digest[EVP_MAX_MD_SIZE];
    for (auto _ : state) {
        EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
        by_chunk(body, [&](std::string_view chunk) {
            EVP_DigestUpdate(context.get(), chunk.data(), chunk.size());
        });
        EVP_DigestFinal_ex(context.get(), digest, nullptr);
        benchmark::DoNotOptimize(digest);
    }
    count_octets(state, body);
}

void sha256_canonical(benchmark::State& state, Body make, Canonicalization form) {
    const std::string body = make();
    const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    unsigned char digest[EVP_MAX_MD_SIZE];
    const auto into_hash = [&](std::string_view octets) {
        EVP_DigestUpdate(context.get(), octets.data(), octets.size());
    };
    for (auto _ : state) {
        EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
        BodyCanonicalizer canonicalizer(form);
        by_chunk(body, [&](std::string_view chunk) { canonicalizer.update(chunk, into_hash); });
        canonicalizer.finish(into_hash);
        EVP_DigestFinal_ex(context.get(), digest, nullptr);
        benchmark::DoNotOptimize(digest);
    }
    count_octets(state, body);
}

void canonicalize_only(benchmark::State& state, Body make, Canonicalization form) {
    const std::string body = make();
    const auto nowhere = [](std::string_view octets) { benchmark::DoNotOptimize(octets.data()); };
    for (auto _ : state) {
        BodyCanonicalizer canonicalizer(form);
        by_chunk(body, [&](std::string_view chunk) { canonicalizer.update(chunk, nowhere); });
        canonicalizer.finish(nowhere);
    }
    count_octets(state, body);
}

void survey(benchmark::State& state, Body make) {
    const std::string body = make();
    for (auto _ : state) {
        BodySurvey survey;
        by_chunk(body, [&](std::string_view chunk) { survey.update(chunk); });
        survey.finish();
        benchmark::DoNotOptimize(survey.is_clean());
    }
    count_octets(state, body);
}

constexpr std::string_view kHeader =
    "Received: from client.example.org (client.example.org [192.0.2.7])\r\n"
    "\tby mail.example.org (Postfix) with ESMTPSA id 4ZxQ1m2Jz9z1Yq\r\n"
    "\tfor <someone@example.net>; Mon,  3 Aug 2026 10:00:00 +0200 (CEST)\r\n"
    "Message-ID: <0d4ee3b6-7c43-4c39-8f52-2b0f5ac0f2a4@example.org>\r\n"
    "Date: Mon, 3 Aug 2026 10:00:00 +0200\r\nMIME-Version: 1.0\r\n"
    "User-Agent: Mozilla Thunderbird\r\nSubject: =?UTF-8?Q?Die_kleine_Pforte?=\r\n"
    "Content-Language: en-GB\r\nTo: Someone Else <someone@example.net>\r\n"
    "From: \"The Gatekeeper\" <gate@example.org>\r\n"
    "In-Reply-To: <20260802090000.4ZxQ1m2Jz9@mail.example.net>\r\n"
    "References: <20260802090000.4ZxQ1m2Jz9@mail.example.net>\r\n"
    " <20260801090000.4ZxQ1m2Jz8@mail.example.net>\r\n"
    "Content-Type: text/plain; charset=UTF-8; format=flowed\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n";

void header_parse(benchmark::State& state) {
    for (auto _ : state) {
        auto parsed = HeaderBlock::parse(kHeader);
        benchmark::DoNotOptimize(parsed->headers.size());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kHeader.size()));
}

void header_canonical(benchmark::State& state, Canonicalization form) {
    const auto parsed = HeaderBlock::parse(kHeader);
    std::string out;
    for (auto _ : state) {
        out.clear();
        for (std::size_t i = 0; i < parsed->headers.size(); ++i)
            append_canonical_header(out, parsed->headers[i], form);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kHeader.size()));
}

const bool kRegistered = [] {
    const struct {
        const char* name;
        Body make;
    } bodies[] = {{"prose", prose},
                  {"double_spaced", double_spaced},
                  {"quoted_printable", quoted_printable},
                  {"base64", base64},
                  {"indented", indented},
                  {"empty_lines", empty_lines}};
    const auto add = [](const std::string& name, auto function, auto... arguments) {
        benchmark::RegisterBenchmark(name.c_str(), function, arguments...);
    };
    for (const auto& [name, make] : bodies) {
        const std::string suffix = std::string("/") + name;
        add("Hash/bare" + suffix, sha256_bare, make);
        add("Hash/simple" + suffix, sha256_canonical, make, Canonicalization::Simple);
        add("Hash/relaxed" + suffix, sha256_canonical, make, Canonicalization::Relaxed);
        add("Canonicalize/simple" + suffix, canonicalize_only, make, Canonicalization::Simple);
        add("Canonicalize/relaxed" + suffix, canonicalize_only, make, Canonicalization::Relaxed);
        add("Survey" + suffix, survey, make);
    }
    add("Header/parse", header_parse);
    add("Header/simple", header_canonical, Canonicalization::Simple);
    add("Header/relaxed", header_canonical, Canonicalization::Relaxed);
    return true;
}();

} // namespace
} // namespace postern::message
