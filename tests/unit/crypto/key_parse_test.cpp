#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/crypto/key.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/crypto/key_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

namespace postern::crypto {
namespace {

using testing::HasSubstr;
using namespace testing_support;

std::string with_crlf(std::string_view text) {
    std::string result;
    for (const char c : text)
        result += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return result;
}
/// The base64 of a PEM file as one line or as it is.
std::string base64_of(const std::string& pem, bool one_line) {
    std::string text;
    for (const std::string_view line : split(pem, '\n'))
        if (!line.starts_with("-----")) text += std::string(line) + (one_line ? "" : "\n");
    return text;
}

struct Good {
    const char* name;
    std::string text;
    KeyType type;
    unsigned bits;
    std::string_view public_key = {}; ///< base64; where another source gives it
};
class AcceptedKey : public testing::TestWithParam<Good> {};

TEST_P(AcceptedKey, IsParsed) {
    const auto key = PrivateKey::parse(GetParam().text);
    ASSERT_TRUE(key.has_value()) << key.error().message;
    EXPECT_EQ(key->type(), GetParam().type);
    EXPECT_EQ(key->bits(), GetParam().bits);
    if (!GetParam().public_key.empty()) {
        EXPECT_EQ(base64_encode(key->public_key()), GetParam().public_key);
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

std::vector<Good> good_keys() {
    const std::string pkcs8 = key_file("rsa2048_pkcs8.pem"), pkcs1 = key_file("rsa2048_pkcs1.pem");
    const std::string ed = key_file("ed25519.pem"), rfc = key_file("rfc8463_rsa.pem");
    // p= as openssl(1) makes it: the PEM of the public key without its armour
    static const std::string published = base64_of(key_file("rsa2048_public.pem"), true);
    return {
        {"pkcs8", pkcs8, KeyType::Rsa, 2048, published},
        {"pkcs1", pkcs1, KeyType::Rsa, 2048, published},
        {"pkcs8_crlf", with_crlf(pkcs8), KeyType::Rsa, 2048, published},
        {"pkcs1_crlf", with_crlf(pkcs1), KeyType::Rsa, 2048, published},
        {"byte_order_mark", "\xEF\xBB\xBF" + pkcs8, KeyType::Rsa, 2048, published},
        {"junk_around",
         "Bag Attributes\n    localKeyID: 01\nKey Attributes: <none>\n" + pkcs8 + "# end\n",
         KeyType::Rsa, 2048, published},
        {"no_last_line_end", pkcs1.substr(0, pkcs1.size() - 1), KeyType::Rsa, 2048, published},
        {"behind_certificate", key_file("certificate.pem") + pkcs8, KeyType::Rsa, 2048, published},
        {"behind_its_public_key", key_file("rsa2048_public.pem") + pkcs8, KeyType::Rsa, 2048,
         published},
        {"base64_lines", base64_of(pkcs8, false), KeyType::Rsa, 2048, published},
        {"base64_one_line", base64_of(pkcs8, true), KeyType::Rsa, 2048, published},
        {"base64_pkcs1", base64_of(pkcs1, true), KeyType::Rsa, 2048, published},
        {"pem_on_one_line",
         "-----BEGIN PRIVATE KEY-----" + base64_of(pkcs8, true) + "-----END PRIVATE KEY-----",
         KeyType::Rsa, 2048, published},
        {"rfc8463_rsa", rfc, KeyType::Rsa, 1024, kRfc8463RsaPublic},
        {"rfc8463_seed", kRfc8463Seed, KeyType::Ed25519, 256, kRfc8463Ed25519Public},
        {"seed_with_line_end", std::string(kRfc8463Seed) + "\n", KeyType::Ed25519, 256,
         kRfc8463Ed25519Public},
        {"ed25519_pkcs8", ed, KeyType::Ed25519, 256},
        // found by fuzzing: base64 that spells ENCRYPTED
        {"encrypted_by_chance",
         "-----BEGIN PRIVATE "
         "KEY-----\nMC4CAQAwBQYDK2VwBCIEINVrGS5wENCRYPTED5m6nmH38+z8VcqSRnXFonbN/mB6\n"
         "-----END PRIVATE KEY-----\n",
         KeyType::Ed25519, 256},
        {"ed25519_base64", base64_of(ed, true), KeyType::Ed25519, 256},
    };
}
INSTANTIATE_TEST_SUITE_P(Table, AcceptedKey, testing::ValuesIn(good_keys()),
                         testing_support::name_of);

struct Bad {
    const char* name;
    std::string text;
    const char* says;
};
class RefusedKey : public testing::TestWithParam<Bad> {};

TEST_P(RefusedKey, IsNamedForWhatItIs) {
    const auto key = PrivateKey::parse(GetParam().text);
    ASSERT_FALSE(key.has_value());
    EXPECT_THAT(key.error().message, HasSubstr(GetParam().says));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

std::vector<Bad> bad_keys() {
    const std::string pkcs8 = key_file("rsa2048_pkcs8.pem");
    const std::string encrypted = key_file("rsa2048_encrypted_pkcs8.pem");
    return {
        {"empty", "", "empty"},
        {"blanks", " \r\n\t", "empty"},
        {"words", "please, sign my mail!", "neither PEM nor base64"},
        {"nul", std::string(100, '\0'), "neither PEM nor base64"},
        {"base64_of_nothing_known", "AAECAwQF", "neither a PKCS#8 nor a PKCS#1"},
        {"seed_too_short", "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyufw==", "neither a PKCS#8"},
        {"enormous", std::string(100000, 'A'), "longer than any private key"},
        {"encrypted_pkcs8", encrypted, "is encrypted"},
        {"encrypted_pkcs8_base64", base64_of(encrypted, true), "is encrypted"},
        {"encrypted_pkcs1", key_file("rsa2048_encrypted_pkcs1.pem"), "is encrypted"},
        {"public", key_file("rsa2048_public.pem"), "public key"},
        {"public_base64", base64_of(key_file("rsa2048_public.pem"), true), "public key"},
        {"public_pkcs1", key_file("rsa2048_public_pkcs1.pem"), "public key"},
        {"public_pkcs1_base64", base64_of(key_file("rsa2048_public_pkcs1.pem"), true),
         "public key"},
        {"certificate", key_file("certificate.pem"), "only \"CERTIFICATE\""},
        {"openssh", key_file("openssh.pem"), "OpenSSH"},
        {"ec_pkcs8", key_file("ec_pkcs8.pem"), "type EC"},
        {"ec_sec1", key_file("ec_sec1.pem"), "type EC"},
        {"ec_sec1_base64", base64_of(key_file("ec_pkcs8.pem"), true), "type EC"},
        {"dsa", key_file("dsa_pkcs8.pem"), "type dsa"},
        {"dsa_traditional", key_file("dsa_traditional.pem"), "type DSA"},
        {"dsa_traditional_base64", base64_of(key_file("dsa_traditional.pem"), true), "type DSA"},
        {"ed448", key_file("ed448.pem"), "type ED448"},
        {"x25519", key_file("x25519.pem"), "type X25519"},
        {"rsa_pss", key_file("rsa_pss.pem"), "type rsassaPss"},
        {"rsa512", key_file("rsa512.pem"), "RSA key of 512 bits"},
        {"rsa16400", key_file("rsa16400.pem"), "more than 16384"},
        {"enormous_exponent", key_file("rsa_enormous_exponent.pem"), "not the numbers of one"},
        {"mixed_parts", key_file("rsa2048_mixed.pem"), "do not belong together"},
        {"cut_in_base64", pkcs8.substr(0, 700), "no END line"},
        {"cut_inside_der",
         "-----BEGIN PRIVATE KEY-----\n" + base64_of(pkcs8, true).substr(0, 800) +
             "\n-----END PRIVATE KEY-----\n",
         "neither a PKCS#8 nor a PKCS#1"},
        {"wrong_end", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
         "no END line"},
        {"begin_without_dashes", "-----BEGIN PRIVATE KEY\n" + std::string(100, 'A'),
         "BEGIN line does not end"},
        {"not_base64_inside", "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
         "not base64"},
        {"headers_inside", "-----BEGIN PRIVATE KEY-----\nA: b\n-----END PRIVATE KEY-----\n",
         "header lines"},
    };
}
INSTANTIATE_TEST_SUITE_P(Table, RefusedKey, testing::ValuesIn(bad_keys()),
                         testing_support::name_of);

TEST(PrivateKeyErrors, LeaveTheErrorQueueOfTheThreadAsItWas) {
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 42);
    EXPECT_FALSE(PrivateKey::parse(key_file("rsa2048_mixed.pem")).has_value());
    EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), 42);
    EXPECT_EQ(ERR_get_error(), 0U);
}

TEST(PrivateKeyErrors, NeverQuoteTheKey) {
    const std::string secret = base64_of(key_file("rsa2048_pkcs8.pem"), true);
    for (const std::string& text : {secret.substr(0, 500), secret + "!", "x:" + secret}) {
        const auto key = PrivateKey::parse(text);
        ASSERT_FALSE(key.has_value());
        EXPECT_EQ(key.error().message.find(secret.substr(0, 20)), std::string::npos);
    }
}

} // namespace
} // namespace postern::crypto
