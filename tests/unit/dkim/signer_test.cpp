#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/dkim/signature.hpp"
#include "common/dkim/signer.hpp"
#include "tests/unit/dkim/example_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace postern::dkim {
namespace {

using namespace testing_support;
using message::Canonicalization;
using testing::AllOf;
using testing::HasSubstr;
using Chunks = std::vector<std::string_view>;

constexpr std::int64_t kNow = 1528637909;

SigningIdentity identity(std::string domain = "football.example.com", std::string i = {}) {
    return {.domain = std::move(domain),
            .selector = "brisbane",
            .identity = std::move(i),
            .key = rfc8463_ed25519()};
}
Result<std::vector<SignedField>> sign(std::vector<SigningIdentity> identities,
                                      SigningOptions options = {},
                                      const Chunks& chunks = {kRfcBody},
                                      const message::HeaderBlock& headers = rfc_headers()) {
    Signer signer(std::move(identities), std::move(options), kNow);
    for (const std::string_view chunk : chunks)
        signer.body(chunk);
    return signer.finish(headers);
}
SignatureFields parsed(const SignedField& field) {
    auto fields = SignatureFields::parse(field.value);
    EXPECT_TRUE(fields.has_value()) << (fields ? "" : fields.error().message);
    return fields ? std::move(*fields) : SignatureFields{};
}

TEST(Signer, MakesOneFieldPerIdentityInTheirOrder) {
    const auto fields =
        sign({identity(), {.domain = "Example.COM", .selector = "R", .key = rfc8463_rsa()}});
    ASSERT_TRUE(fields.has_value()) << fields.error().message;
    ASSERT_EQ(fields->size(), 2U);
    EXPECT_EQ((*fields)[0].domain, "football.example.com");
    EXPECT_EQ((*fields)[0].algorithm, "ed25519-sha256");
    EXPECT_EQ((*fields)[1].domain, "example.com");
    EXPECT_EQ((*fields)[1].selector, "r");
    EXPECT_EQ((*fields)[1].algorithm, "rsa-sha256");
    const auto first = parsed((*fields)[0]), second = parsed((*fields)[1]);
    EXPECT_EQ(base64_encode(first.body_hash), kRfcBodyHash);
    EXPECT_EQ(first.body_hash, second.body_hash);
    EXPECT_EQ(first.headers.size(), (*fields)[0].fields);
    EXPECT_EQ(first.timestamp, kNow);
    EXPECT_FALSE(first.expiry.has_value());
}

TEST(Signer, SetsTimesAsAsked) {
    const auto with = sign({identity()}, {.expiry = std::chrono::hours(1)});
    EXPECT_EQ(parsed(with->front()).expiry, kNow + 3600);
    const auto without = sign({identity()}, {.timestamp = false});
    EXPECT_FALSE(parsed(without->front()).timestamp.has_value());
    for (const std::int64_t bad :
         {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::max(),
          std::numeric_limits<std::int64_t>::min()}) {
        const auto refused = sign({identity()}, {.expiry = std::chrono::seconds(bad)});
        ASSERT_FALSE(refused.has_value());
        EXPECT_THAT(refused.error().message, HasSubstr("expire"));
    }
}

TEST(Signer, WritesInternationalNamesAsALabels) {
    const auto fields = sign({identity("b\xC3\xBC"
                                       "cher.example",
                                       "j\xC3\xB6rg@mail.b\xC3\xBC"
                                       "cher.example")});
    ASSERT_TRUE(fields.has_value()) << fields.error().message;
    EXPECT_EQ(fields->front().domain, "xn--bcher-kva.example");
    EXPECT_THAT(fields->front().value, HasSubstr("i=j=C3=B6rg@mail.xn--bcher-kva.example;"));
}

TEST(Signer, KeepsUtf8LocalPartsInMessagesWithUtf8Headers) {
    auto headers = rfc_headers();
    headers.add("Cc", " j\xC3\xB6rg@example.com");
    const auto fields = sign({identity("example.com", "j\xC3\xB6rg@example.com")}, {}, {}, headers);
    ASSERT_TRUE(fields.has_value());
    EXPECT_THAT(fields->front().value, HasSubstr("i=j\xC3\xB6rg@example.com;"));
}

TEST(Signer, NeverLetsAnIdentityBreakOutOfItsTag) {
    const auto fields = sign({identity("example.com", "x;\r\nBcc: y; d=evil.example@example.com")});
    ASSERT_TRUE(fields.has_value());
    const auto signature = parsed(fields->front());
    EXPECT_EQ(signature.identity, "x;\r\nBcc: y; d=evil.example@example.com");
    EXPECT_EQ(signature.domain, "example.com");
    EXPECT_THAT(fields->front().value, testing::Not(HasSubstr("\nBcc:")));
}

TEST(Signer, SaysWhichIdentityCannotSignAndWhy) {
    const auto message_of = [](SigningIdentity one) {
        const auto fields = sign({identity(), std::move(one)});
        return fields ? std::string("signed") : fields.error().message;
    };
    EXPECT_THAT(message_of({.domain = "example.com",
                            .selector = "s",
                            .identity = "x@example.org",
                            .key = rfc8463_rsa()}),
                AllOf(HasSubstr("d=\"example.com\""), HasSubstr("s=\"s\""),
                      HasSubstr("i=\"x@example.org\"")));
    EXPECT_THAT(message_of({.domain = "example.com", .selector = "s"}),
                HasSubstr("no private key"));
    EXPECT_THAT(message_of(identity("example.com", "example.com")), HasSubstr("no \"@\""));
    EXPECT_THAT(message_of(identity("example.com", "x@notexample.com")), HasSubstr("at or under"));
    EXPECT_THAT(message_of(identity("exa mple.com")), HasSubstr("unexpected character"));
    EXPECT_THAT(message_of(identity("")), HasSubstr("empty domain"));
    EXPECT_THAT(message_of(identity("example.com", std::string(400, ' ') + "@example.com")),
                HasSubstr("too long"));
}

TEST(Signer, SignsNothingWithoutFromOrIdentity) {
    message::HeaderBlock headers;
    headers.add("To", " x");
    EXPECT_THAT(sign({identity()}, {}, {}, headers).error().message, HasSubstr("no From"));
    EXPECT_FALSE(sign({}).has_value());
}

TEST(Signer, CountsTheOctetsOfTheBody) {
    Signer signer({identity()}, {}, kNow);
    signer.body("abc");
    signer.body("");
    signer.body("de");
    EXPECT_EQ(signer.octets(), 5U);
}

// The property the streaming rests on, for all four canonicalizations and bodies with everything
// that is held back: white space, empty lines, CR and LF alone.
TEST(Signer, GivesTheSameSignatureForAnyCutOfTheBody) {
    std::mt19937 random(20260101);
    const auto pick = [&](std::size_t below) { return random() % below; };
    constexpr std::string_view kPieces[] = {"\r\n", "\r\n\r\n", " ", "\t",       "  \t", "\r",
                                            "\n",   "word",     "a", "\xC3\xBC", "."};
    for (int round = 0; round < 200; ++round) {
        std::string body;
        for (std::size_t n = pick(60); n > 0; --n)
            body += kPieces[pick(std::size(kPieces))];
        SigningOptions options;
        options.header = round % 2 == 0 ? Canonicalization::Simple : Canonicalization::Relaxed;
        options.body = round / 2 % 2 == 0 ? Canonicalization::Simple : Canonicalization::Relaxed;
        const auto whole = sign({identity()}, options, {body});
        ASSERT_TRUE(whole.has_value());
        for (int cut = 0; cut < 5; ++cut) {
            Chunks chunks;
            for (std::size_t at = 0; at < body.size();) {
                const std::size_t size = cut == 0 ? 1 : pick(8);
                chunks.push_back(std::string_view(body).substr(at, size));
                at += size;
            }
            EXPECT_EQ(sign({identity()}, options, chunks)->front().value, whole->front().value);
        }
    }
}

} // namespace
} // namespace postern::dkim
