// The rules of cleanup_milter.c; every header row here is also run through a real Postfix by
// tests/e2e/replay/byte_true_test.py.
#include "common/postfix/message_edits.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::postfix {
namespace {

using testing::ElementsAre;
using testing_support::name_of;
using Type = Modification::Type;

Modification insert(std::uint32_t index, const char* name, const char* value) {
    return {.type = Type::InsertHeader, .index = index, .name = name, .value = value};
}
Modification change(std::uint32_t index, const char* name, const char* value) {
    return {.type = Type::ChangeHeader, .index = index, .name = name, .value = value};
}
Modification remove(std::uint32_t index, const char* name) {
    return {.type = Type::DeleteHeader, .index = index, .name = name};
}
Modification add(const char* name, const char* value) {
    return {.type = Type::AddHeader, .name = name, .value = value};
}

struct Case {
    const char* name;
    std::vector<Modification> edits;
    std::string header;
};
class HeaderEdits : public testing::TestWithParam<Case> {};
TEST_P(HeaderEdits, AreThoseOfCleanup) {
    Message message = parse_message("A:1\nR:old\nA:2\nB:3\n\nbody\n");
    message.header.insert(message.header.begin(), {.name = "R", .value = "own", .hidden = true});
    Envelope envelope;
    for (const Modification& edit : GetParam().edits)
        apply(edit, message, envelope);
    std::string header;
    for (const HeaderField& field : message.header)
        header += field.name + ":" + field.value + "|";
    EXPECT_EQ(header, GetParam().header);
}
INSTANTIATE_TEST_SUITE_P(
    Table, HeaderEdits,
    testing::Values(
        Case{"insert_0_above_our_own", {insert(0, "N", "x")}, "N:x|R:own|A:1|R:old|A:2|B:3|"},
        Case{"insert_1_below_our_own", {insert(1, "N", "x")}, "R:own|N:x|A:1|R:old|A:2|B:3|"},
        Case{"insert_1_after_insert_0",
             {insert(0, "N", "x"), insert(1, "N", "y")},
             "N:x|N:y|R:own|A:1|R:old|A:2|B:3|"},
        Case{"insert_far", {insert(99, "N", "x")}, "R:own|A:1|R:old|A:2|B:3|N:x|"},
        Case{"add", {add("N", "x\ny")}, "R:own|A:1|R:old|A:2|B:3|N:x\n\ty|"},
        Case{"change_second", {change(2, "a", "x")}, "R:own|A:1|R:old|a:x|B:3|"},
        Case{"change_never_our_own", {change(1, "R", "x")}, "R:own|A:1|R:x|A:2|B:3|"},
        Case{"change_missing", {change(3, "A", "x")}, "R:own|A:1|R:old|A:2|B:3|A:x|"},
        Case{"delete_shifts", {remove(1, "A"), remove(1, "A")}, "R:own|R:old|B:3|"},
        Case{"delete_from_the_front_misses",
             {remove(1, "A"), remove(2, "A")},
             "R:own|R:old|A:2|B:3|"},
        Case{"delete_missing", {remove(3, "A"), remove(1, "N")}, "R:own|A:1|R:old|A:2|B:3|"},
        Case{
            "an_insert_counts", {insert(0, "A", "0"), remove(1, "A")}, "R:own|A:1|R:old|A:2|B:3|"}),
    name_of);

TEST(BodyEdit, IsReadByLines) {
    Message message = parse_message("A:1\n\nold\n");
    Envelope envelope;
    apply({.type = Type::ReplaceBody, .value = "a\nb\r\n\r\nc"}, message, envelope);
    EXPECT_EQ(message.body, "a\r\nb\r\n\r\nc\r\n");
}

TEST(EnvelopeEdits, ChangeSenderAndRecipients) {
    Message message;
    Envelope envelope{.sender = "a@x", .recipients = {"b@x", "c@x"}};
    apply({.type = Type::ChangeSender, .name = "<n@y>", .args = "RET=HDRS"}, message, envelope);
    apply({.type = Type::AddRecipient, .name = "<d@x>"}, message, envelope);
    apply({.type = Type::AddRecipient, .name = "c@x"}, message, envelope); // there already
    apply({.type = Type::DeleteRecipient, .name = "<b@x>"}, message, envelope);
    apply({.type = Type::DeleteRecipient, .name = "<D@x>"}, message, envelope); // case counts
    EXPECT_EQ(envelope.sender, "n@y");
    EXPECT_THAT(envelope.recipients, ElementsAre("c@x", "d@x"));
    EXPECT_FALSE(envelope.hold);
    apply({.type = Type::Quarantine, .value = "why"}, message, envelope);
    EXPECT_TRUE(envelope.hold);
}

} // namespace
} // namespace postern::postfix
