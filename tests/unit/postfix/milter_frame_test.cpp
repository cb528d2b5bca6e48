#include "common/postfix/milter_frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::postfix {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(FrameBuilder, WritesTheNegotiationOfPostfix) {
    // As recorded from Postfix 3.7.11.
    EXPECT_EQ(FrameBuilder(Command::Negotiate)
                  .number32(6)
                  .number32(action::kAll)
                  .number32(protocol::kAll)
                  .frame(),
              "\0\0\0\x0d"
              "O\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff"s);
}

TEST(FrameBuilder, WritesStringsNumbersAndOctets) {
    EXPECT_EQ(FrameBuilder(Command::Connect).string("[192.0.2.1]").octet('4').number16(25).frame(),
              "\0\0\0\x10"
              "C[192.0.2.1]\0"
              "4\0\x19"s);
}

TEST(FrameBuilder, EndsStringsAtANul) {
    EXPECT_EQ(FrameBuilder(Command::Helo).string("a\0b"sv).frame(), "\0\0\0\x03Ha\0"s);
}

TEST(FrameParser, GivesFramesWhateverTheChunks) {
    const std::string wire = FrameBuilder(Reply::Continue).frame() +
                             FrameBuilder(Reply::AddHeader).string("A").string("b").frame() +
                             FrameBuilder(Reply::Accept).frame();
    for (std::size_t chunk = 1; chunk <= wire.size(); ++chunk) {
        FrameParser parser(100);
        std::string seen;
        for (std::size_t i = 0; i < wire.size(); i += chunk) {
            parser.feed(std::string_view(wire).substr(i, chunk));
            while (true) {
                const auto frame = parser.next();
                ASSERT_TRUE(frame);
                if (!*frame) break;
                seen += (*frame)->command + std::string((*frame)->data) + "|";
            }
        }
        EXPECT_EQ(seen, "c|hA\0b\0|a|"s) << "chunks of " << chunk;
        EXPECT_EQ(parser.pending(), 0U);
    }
}

TEST(FrameParser, RefusesAFrameWithoutACommand) {
    FrameParser parser(100);
    parser.feed("\0\0\0\0"sv);
    EXPECT_THAT(parser.next().error().message, testing::HasSubstr("length 0"));
}

TEST(FrameParser, RefusesAFrameAboveTheLimitBeforeItComes) {
    FrameParser parser(100);
    parser.feed("\xff\xff\xff\xff"sv);
    EXPECT_THAT(parser.next().error().message,
                testing::HasSubstr("4294967295, expected at most 100"));
    FrameParser exact(2);
    exact.feed("\0\0\0\x02"
               "ab"sv);
    EXPECT_TRUE(exact.next());
    FrameParser above(2);
    above.feed("\0\0\0\x03"sv);
    EXPECT_FALSE(above.next());
}

TEST(FrameParser, WaitsForTheRest) {
    FrameParser parser(100);
    parser.feed("\0\0"sv);
    const auto frame = parser.next();
    ASSERT_TRUE(frame);
    EXPECT_FALSE(frame->has_value());
    EXPECT_EQ(parser.pending(), 2U);
}

TEST(PayloadReader, FailsForGoodOnceItFailed) {
    PayloadReader reader("\0\0\1"sv);
    EXPECT_EQ(reader.number32(), std::nullopt);
    EXPECT_EQ(reader.octet(), std::nullopt);
    EXPECT_EQ(reader.rest(), "");
}

TEST(PayloadReader, WantsTheNulOfAString) {
    PayloadReader reader("abc"sv);
    EXPECT_EQ(reader.string(), std::nullopt);
    PayloadReader good("abc\0\0\1\2x"sv);
    EXPECT_EQ(good.string(), "abc");
    EXPECT_EQ(good.string(), "");
    EXPECT_EQ(good.number16(), 0x0102);
    EXPECT_EQ(good.left(), 1U);
    EXPECT_EQ(good.octet(), 'x');
    EXPECT_TRUE(good.empty());
}

} // namespace
} // namespace postern::postfix
