// The attacks on verifiers that are known of others' software, by name: what they came to there is
// in the comment, what they come to here is the test.
#include "common/base/text.hpp"
#include "common/dkim/key_cache.hpp"
#include "tests/unit/dkim/verified_mail.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace postern::dkim {
namespace {

using namespace testing_support;

Zone good_zone() { return {{kKeyName, txt({ed25519_record()})}}; }

std::string first_verdict(const Mail& mail, const Zone& zone = good_zone()) {
    const auto verdicts = verify(mail, zone);
    return verdicts.empty() ? "none" : text_of(verdicts[0]);
}

// RFC 6376 8.15: readers show the From on top, verifiers take the one at the bottom.
TEST(DkimAttack, ASecondFromOnTopOfASignedMessage) {
    Mail mail = plain_mail();
    RawSignature how;
    how.h = "From:To:Subject";
    sign_raw(mail, how);
    EXPECT_EQ(first_verdict(mail), "pass");
    mail.put_on_top("From", " ceo@bank.example");
    EXPECT_EQ(first_verdict(mail), "policy: From field added");
    mail.fields[0].name = "fROM ";
    EXPECT_EQ(first_verdict(mail), "policy: From field added");
}

TEST(DkimAttack, ASecondFromOnTopOfAnOversignedMessage) {
    Mail mail = plain_mail();
    sign_raw(mail, {});
    mail.put_on_top("From", " ceo@bank.example");
    EXPECT_EQ(first_verdict(mail), "fail: signature does not match");
}

TEST(DkimAttack, ASecondFromBelowIsTheOneSigned) {
    Mail mail = plain_mail();
    RawSignature how;
    how.h = "From";
    sign_raw(mail, how);
    mail.fields.push_back({"From", " ceo@bank.example"});
    EXPECT_EQ(first_verdict(mail), "fail: signature does not match");
}

TEST(DkimAttack, AnOversignedSubjectAddedTo) {
    Mail mail = plain_mail();
    RawSignature how;
    how.h = "From:From:Subject:Subject";
    sign_raw(mail, how);
    mail.put_on_top("Subject", " You have won");
    EXPECT_EQ(first_verdict(mail), "fail: signature does not match");
}

// zone.eu, 2024: a body appended to, under another Content-Type that hides the signed part.
TEST(DkimAttack, ABodyAppendedBehindALengthLimit) {
    Mail mail = plain_mail();
    RawSignature how;
    how.more = "l=5; ";
    how.length = 5;
    sign_raw(mail, how);
    EXPECT_EQ(first_verdict(mail), "pass");
    mail.fields.push_back({"Content-Type", " multipart/mixed; boundary=x"});
    mail.body += "--x\r\nContent-Type: text/html\r\n\r\n<b>Pay here</b>\r\n";
    EXPECT_TRUE(first_verdict(mail).starts_with("policy: l= leaves ")) << first_verdict(mail);
}

TEST(DkimAttack, AHashMadeShorterOrLonger) { // rspamd 4.1.3: read out of bounds
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{31}, std::size_t{33}, std::size_t{4096}}) {
        Mail mail = plain_mail();
        sign_raw(mail, {});
        std::string& value = mail.fields[0].value;
        const auto at = value.find("bh=") + 3;
        value.replace(at, value.find(';', at) - at,
                      base64_encode(std::vector<std::uint8_t>(size, 0)));
        EXPECT_TRUE(first_verdict(mail).starts_with("permerror: bh= is ")) << size;
    }
}

TEST(DkimAttack, AnEd25519SignatureMadeShorterOrLonger) { // rspamd 4.1.3: read out of bounds
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{63}, std::size_t{65}, std::size_t{4096}}) {
        Mail mail = plain_mail();
        sign_raw(mail, {});
        std::string& value = mail.fields[0].value;
        value.resize(value.rfind("b=") + 2);
        value += base64_encode(std::vector<std::uint8_t>(size, 7));
        EXPECT_EQ(first_verdict(mail), "fail: signature does not match") << size;
    }
}

TEST(DkimAttack, AKeyOfTheWrongLength) {
    Mail mail = plain_mail();
    sign_raw(mail, {});
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{31}, std::size_t{33}, std::size_t{4000}})
        EXPECT_EQ(first_verdict(
                      mail, {{kKeyName, txt({"k=ed25519; p=" +
                                             base64_encode(std::vector<std::uint8_t>(size, 9))})}}),
                  "permerror: key record: p= is an Ed25519 key that has not 32 octets");
}

TEST(DkimAttack, AnEncodedWordForASignature) { // rspamd #5004 takes it
    Mail mail = plain_mail();
    sign_raw(mail, {});
    mail.fields[0].value = " =?utf-8?B?" + base64_encode(as_bytes(mail.fields[0].value)) + "?=";
    EXPECT_TRUE(first_verdict(mail).starts_with("permerror: "));
}

TEST(DkimAttack, ForgedSignaturesOnTopDoNotPushTheAuthorsOut) { // OpenDKIM looks at three
    Mail mail = plain_mail();
    sign_raw(mail, {});
    for (int i = 0; i < 50; ++i)
        mail.put_on_top("DKIM-Signature",
                        " v=1; a=ed25519-sha256; d=x" + std::to_string(i) +
                            ".example; s=a; h=From; bh=" + std::string(kRfcBodyHash) + "; b=AAAA");
    VerifyOptions options = at_now();
    options.authors = {"example.org"};
    const auto headers = mail.headers();
    EXPECT_EQ(Verifier(headers, options).questions().size(), 10U);
    const auto verdicts = verify(mail, good_zone(), options);
    ASSERT_EQ(verdicts.size(), 51U);
    EXPECT_EQ(text_of(verdicts[50]), "pass");
    EXPECT_EQ(text_of(verdicts[0]), "fail: body hash does not match");
    EXPECT_EQ(text_of(verdicts[9]), "policy: not looked at: more than 10 signatures");
    EXPECT_EQ(verdicts[9].domain, "x40.example");
}

TEST(DkimAttack, SubdomainsOfTheAuthorDoNotPushTheAuthorsOut) {
    Mail mail = plain_mail();
    sign_raw(mail, {});
    for (int i = 0; i < 20; ++i)
        sign_raw(mail, {.d = "x" + std::to_string(i) + ".example.org"});
    VerifyOptions options = at_now();
    options.authors = {"example.org"};
    EXPECT_EQ(text_of(verify(mail, good_zone(), options)[20]), "pass");
}

TEST(DkimAttack, ManySignaturesForOneNameAskOnce) {
    Mail mail = plain_mail();
    for (int i = 0; i < 10; ++i)
        sign_raw(mail, {});
    const auto headers = mail.headers();
    EXPECT_EQ(Verifier(headers, at_now()).questions().size(), 1U);
}

TEST(DkimAttack, AListOfSignedFieldsWithoutEnd) {
    Mail mail = plain_mail();
    RawSignature how;
    how.h = "From";
    for (int i = 0; i < 999; ++i)
        how.h += ":x";
    sign_raw(mail, how);
    EXPECT_EQ(first_verdict(mail), "pass");
    mail = plain_mail();
    how.h += ":x";
    sign_raw(mail, how);
    EXPECT_EQ(first_verdict(mail), "policy: h= has more than 1000 entries");
}

TEST(DkimAttack, AFieldWithoutEnd) {
    Mail mail = plain_mail();
    RawSignature how;
    how.more = "z=" + std::string(std::size_t{64} << 10, 'x') + "; ";
    sign_raw(mail, how);
    EXPECT_EQ(first_verdict(mail), "policy: DKIM-Signature field longer than 65536 octets");
}

/// Thousands of fields, each signature naming a thousand of them: linear, not the product.
TEST(DkimAttack, ThousandsOfFieldsAndThousandsOfNames) {
    Mail mail = plain_mail();
    for (int i = 0; i < 20000; ++i)
        mail.fields.push_back({i % 2 == 0 ? "X" : "From", " x"});
    RawSignature how;
    how.h = "From";
    for (int i = 0; i < 999; ++i)
        how.h += i % 2 == 0 ? ":From" : ":X";
    for (int i = 0; i < 10; ++i)
        sign_raw(mail, how);
    const auto begun = std::chrono::steady_clock::now();
    const auto verdicts = verify(mail, good_zone());
    const auto took = std::chrono::steady_clock::now() - begun;
    ASSERT_EQ(verdicts.size(), 10U);
    EXPECT_EQ(text_of(verdicts[0]), "policy: From field added");
    EXPECT_LT(took, std::chrono::seconds(5)); // 20 ms where nothing else runs
}

TEST(DkimAttack, ThousandsOfEmptySignatures) {
    Mail mail = plain_mail();
    for (int i = 0; i < 20000; ++i)
        mail.fields.push_back({"DKIM-Signature", ""});
    const auto verdicts = verify(mail, {});
    ASSERT_EQ(verdicts.size(), 20000U);
    EXPECT_EQ(text_of(verdicts[19999]), "permerror: no valid tag list");
}

TEST(DkimAttack, AnEnormousRsaKey) { // each verification as slow as the key is long
    const auto key = [](std::size_t octets, std::vector<std::uint8_t> exponent) {
        std::vector<std::uint8_t> der{0x02, 0x82, static_cast<std::uint8_t>(octets >> 8),
                                      static_cast<std::uint8_t>(octets & 0xFF)};
        der.insert(der.end(), octets, 0xFF);
        der.push_back(0x02);
        der.push_back(static_cast<std::uint8_t>(exponent.size()));
        der.insert(der.end(), exponent.begin(), exponent.end());
        std::vector<std::uint8_t> whole{0x30, 0x82, static_cast<std::uint8_t>(der.size() >> 8),
                                        static_cast<std::uint8_t>(der.size() & 0xFF)};
        whole.insert(whole.end(), der.begin(), der.end());
        return "p=" + base64_encode(whole);
    };
    Mail mail = plain_mail();
    RawSignature how;
    how.a = "rsa-sha256";
    how.key = rfc8463_rsa();
    sign_raw(mail, how);
    const std::vector<std::uint8_t> usual{1, 0, 1};
    EXPECT_EQ(first_verdict(mail, {{kKeyName, txt({key(1024, usual)})}}),
              "policy: RSA key of 8192 bits");
    EXPECT_EQ(first_verdict(mail, {{kKeyName, txt({key(2049, usual)})}}),
              "permerror: key record: p= is an RSA modulus of more than 16384 bits");
    EXPECT_EQ(first_verdict(mail, {{kKeyName, txt({key(256, {1, 0, 0, 0, 1})})}}),
              "permerror: key record: p= is an RSA exponent above 2^32");
    EXPECT_EQ(first_verdict(mail, {{kKeyName, txt({key(256, {1})})}}),
              "permerror: key record: p= is an RSA exponent that is even or 1");
}

TEST(DkimAttack, NoTextOfTheMessageIsInAReason) {
    Mail mail = plain_mail();
    mail.put_on_top("DKIM-Signature", " v=1; evil=1; evil=2");
    mail.put_on_top("DKIM-Signature", " v=evil; a=evil; d=evil; s=evil; h=evil; b=evil; bh=evil");
    mail.put_on_top("DKIM-Signature", " v=1; a=evil");
    for (const Verdict& verdict : verify(mail, {}))
        EXPECT_EQ(verdict.reason.find("evil"), std::string::npos) << verdict.reason;
}

} // namespace
} // namespace postern::dkim
