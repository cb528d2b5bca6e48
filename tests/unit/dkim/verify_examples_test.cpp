// The signed messages of RFC 6376 A.2 and RFC 8463 A.3 verify, with the key records the RFCs give.
// A.2's private key is unknown: its record is that of RFC 4871 C, and the white space of its folds,
// which simple/simple covers and the RFC's layout has changed, is as in the suites of go-msgauth
// and dkim_verifier (both MIT).
#include "common/dkim/key_cache.hpp"
#include "tests/unit/dkim/verified_mail.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace postern::dkim {
namespace {

using namespace testing_support;

constexpr const char* kRfc6376Record =
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/"
    "DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/"
    "NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
/// RFC 8463 A.2.
constexpr const char* kEd25519Record =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
constexpr const char* kRsaRecord =
    "v=DKIM1; k=rsa; "
    "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5"
    "bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/"
    "8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZ"
    "yVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

Mail rfc_mail() {
    Mail mail;
    const auto headers = rfc_headers();
    for (std::size_t i = 0; i < headers.size(); ++i)
        mail.fields.push_back({std::string(headers[i].name), std::string(headers[i].value)});
    mail.body = kRfcBody;
    return mail;
}

Mail rfc6376_mail() {
    Mail mail = rfc_mail();
    mail.put_on_top("Received", " from client1.football.example.com  [192.0.2.1]\r\n"
                                "      by submitserver.example.com with SUBMISSION;\r\n"
                                "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)");
    mail.put_on_top("DKIM-Signature",
                    " v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
                    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
                    "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
                    "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                    "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
                    "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
                    "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
                    "      4bmp/YzhwvcubU4=;");
    return mail;
}

Mail rfc8463_mail() {
    Mail mail = rfc_mail();
    mail.put_on_top("DKIM-Signature",
                    " v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                    " d=football.example.com; i=@football.example.com;\r\n"
                    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
                    " date : message-id : from : subject : date;\r\n"
                    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
                    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
                    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=");
    mail.put_on_top("DKIM-Signature",
                    " v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                    " d=football.example.com; i=@football.example.com;\r\n"
                    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                    " subject : date : message-id : from : subject : date;\r\n"
                    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
                    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
    return mail;
}
Zone rfc8463_zone() {
    return {{"test._domainkey.football.example.com", txt({kRsaRecord})},
            {"brisbane._domainkey.football.example.com", txt({kEd25519Record})}};
}

TEST(Rfc6376Message, Verifies) {
    const auto verdicts =
        verify(rfc6376_mail(), {{"brisbane._domainkey.example.com", txt({kRfc6376Record})}});
    ASSERT_EQ(verdicts.size(), 1U);
    EXPECT_EQ(text_of(verdicts[0]), "pass");
    EXPECT_EQ(verdicts[0].identity, "joe@football.example.com");
}

TEST(Rfc6376Message, FailsWithAnyOctetOfItsHeaderChanged) {
    const Zone zone{{"brisbane._domainkey.example.com", txt({kRfc6376Record})}};
    VerifyOptions options = at_now();
    options.diagnose = false;
    const Mail original = rfc6376_mail();
    for (std::size_t field = 1; field < original.fields.size(); ++field)
        for (std::size_t i = 0; i < original.fields[field].value.size(); i += 3) {
            Mail mail = original;
            mail.fields[field].value[i] = mail.fields[field].value[i] == 'q' ? 'p' : 'q';
            EXPECT_EQ(text_of(verify(mail, zone, options)[0]), "fail: signature does not match");
        }
}

TEST(Rfc8463Message, VerifiesWithBothSignatures) {
    const auto verdicts = verify(rfc8463_mail(), rfc8463_zone());
    ASSERT_EQ(verdicts.size(), 2U);
    EXPECT_EQ(text_of(verdicts[0]), "pass");
    EXPECT_EQ(verdicts[0].key_bits, 256U);
    EXPECT_EQ(text_of(verdicts[1]), "pass");
    EXPECT_EQ(verdicts[1].key_bits, 1024U);
}

TEST(KeyCache, SharedByManyThreadsGivesTheSameVerdicts) {
    KeyCache keys(1); // one pushes the other out all the time
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i)
                for (const Verdict& verdict :
                     verify(rfc8463_mail(), rfc8463_zone(), at_now(), &keys))
                    if (verdict.status != Status::Pass) ++wrong;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(keys.size(), 1U);
}

TEST(KeyCache, KeepsTheRecordsUsedLast) {
    KeyCache keys(2);
    const auto first = keys.find_or_parse(kRsaRecord);
    ASSERT_TRUE(first.has_value());
    EXPECT_TRUE(keys.find_or_parse(kEd25519Record).has_value());
    EXPECT_EQ(*keys.find_or_parse(kRsaRecord), *first) << "found, not parsed again";
    EXPECT_TRUE(keys.find_or_parse(kRfc6376Record).has_value());
    EXPECT_EQ(*keys.find_or_parse(kRsaRecord), *first) << "the other one was used longer ago";
    EXPECT_EQ(keys.size(), 2U);
    EXPECT_FALSE(keys.find_or_parse("p=x").has_value());
    EXPECT_TRUE(keys.find_or_parse(std::string(kRsaRecord) + "; n=" + std::string(3000, 'x')));
    EXPECT_EQ(keys.size(), 2U) << "neither what is none nor what is too long";
}

} // namespace
} // namespace postern::dkim
