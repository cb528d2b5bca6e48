#include "common/dkim/signed_fields.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace postern::dkim {
namespace {

using message::Canonicalization;

message::HeaderBlock example() {
    message::HeaderBlock headers;
    headers.add("A", " 1");
    headers.add("b", " 2");
    headers.add("a", " 3");
    headers.add("C", " 4");
    headers.add("A", " 5");
    return headers;
}

std::string covered(const std::vector<std::string>& names) {
    std::string out;
    append_signed_fields(out, example(), names, Canonicalization::Relaxed);
    return out;
}

// RFC 6376 5.4.2: from the bottom up, in the order of h=, whatever the case; absent ones are
// nothing.
TEST(SignedFields, AreConsumedFromTheBottomUp) {
    EXPECT_EQ(covered({"a"}), "a:5\r\n");
    EXPECT_EQ(covered({"A", "B", "A"}), "a:5\r\nb:2\r\na:3\r\n");
    EXPECT_EQ(covered({"a", "A", "a", "a", "B", "B"}), "a:5\r\na:3\r\na:1\r\nb:2\r\n");
    EXPECT_EQ(covered({"d", "ab", ""}), "");
    EXPECT_EQ(covered({"c", "a"}), "c:4\r\na:5\r\n");
}

TEST(FieldStacks, CountWhatIsLeft) {
    const auto headers = example();
    const std::vector<std::string> names{"A", "X", "a", "B"};
    FieldStacks stacks(headers, names);
    EXPECT_EQ(stacks.left("a"), 3U);
    EXPECT_EQ(stacks.left("X"), 0U);
    EXPECT_EQ(stacks.left("C"), 0U) << "not among the names";
    EXPECT_EQ(stacks.take("A"), 4U);
    EXPECT_EQ(stacks.take("a"), 2U);
    EXPECT_EQ(stacks.left("A"), 1U);
    EXPECT_EQ(stacks.take("a"), 0U);
    EXPECT_EQ(stacks.take("a"), message::HeaderBlock::npos);
    EXPECT_EQ(stacks.take("C"), message::HeaderBlock::npos);
}

// A hundred thousand entries over as many fields of one name.
TEST(SignedFields, CostOneStepEach) {
    message::HeaderBlock headers;
    for (int i = 0; i < 100000; ++i)
        headers.add("Received", " x");
    const std::vector<std::string> names(100000, "received");
    const auto start = std::chrono::steady_clock::now();
    std::string out;
    append_signed_fields(out, headers, names, Canonicalization::Simple);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
    EXPECT_EQ(out.size(), headers.octets());
}

} // namespace
} // namespace postern::dkim
