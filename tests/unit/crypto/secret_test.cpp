#include "common/crypto/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::crypto {
namespace {

TEST(Wipe, OverwritesTheTextAndTheCapacityBehindIt) {
    std::string text(1000, 'k');
    text.resize(10);
    const char* memory = text.data();
    const std::size_t capacity = text.capacity();
    wipe(text);
    EXPECT_TRUE(text.empty());
    ASSERT_EQ(text.data(), memory) << "the buffer stayed, so it may be looked at";
    EXPECT_EQ(std::count(memory, memory + capacity, 'k'), 0);
}

TEST(Wipe, WorksAtTheEndOfAScopeAndOnNothing) {
    std::vector<std::uint8_t> bytes{1, 2, 3};
    { const WipeAtExit wiping(bytes); }
    EXPECT_TRUE(bytes.empty());
    std::string nothing;
    wipe(nothing);
    EXPECT_TRUE(nothing.empty());
}

} // namespace
} // namespace postern::crypto
