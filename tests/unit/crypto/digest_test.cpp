#include "common/base/base64.hpp"
#include "common/base/invariant.hpp"
#include "common/crypto/digest.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

namespace postern::crypto {
namespace {

std::string hex(const Sha256& digest) {
    std::string text;
    for (const std::uint8_t octet : digest) {
        text += "0123456789abcdef"[octet >> 4];
        text += "0123456789abcdef"[octet & 15];
    }
    return text;
}

struct Case {
    const char* name;
    std::string text;
    std::string_view digest;
};
class Sha256Vectors : public testing::TestWithParam<Case> {};

// The examples of FIPS 180 (NIST, "Examples with Intermediate Values") and RFC 6234 8.5.
TEST_P(Sha256Vectors, MatchFips180) { EXPECT_EQ(hex(sha256(GetParam().text)), GetParam().digest); }

TEST_P(Sha256Vectors, DoNotDependOnTheCut) {
    const std::string& text = GetParam().text;
    Sha256Stream stream;
    for (const std::size_t step : {1U, 3U, 63U, 64U, 65U, 4096U}) {
        if (text.size() / step > 10000) continue;
        stream.reset();
        for (std::size_t at = 0; at < text.size(); at += step)
            stream.update(std::string_view(text).substr(at, step));
        EXPECT_EQ(hex(stream.finish()), GetParam().digest) << step;
    }
}
INSTANTIATE_TEST_SUITE_P(
    Table, Sha256Vectors,
    testing::Values(
        Case{"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        Case{"abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        Case{"two_blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        Case{"million", std::string(1000000, 'a'),
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}),
    testing_support::name_of);

TEST(Sha256StreamUse, FinishingTwiceOrFeedingAfterwardsIsABug) {
    Sha256Stream stream;
    static_cast<void>(stream.finish());
    EXPECT_THROW(stream.update("x"), BugError);
    EXPECT_THROW(static_cast<void>(stream.finish()), BugError);
    stream.reset();
    EXPECT_NO_THROW(stream.update("x"));
}

} // namespace
} // namespace postern::crypto
