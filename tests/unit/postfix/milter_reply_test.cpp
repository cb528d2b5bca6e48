#include "common/postfix/milter_reply.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace postern::postfix {

void PrintTo(const Modification& edit, std::ostream* out) {
    *out << to_string(edit.type) << " [" << edit.index << "] " << edit.name << ":" << edit.separator
         << edit.value << " " << edit.args;
}

namespace {

using namespace std::string_literals;
using testing::HasSubstr;
using testing_support::name_of;
using Type = Modification::Type;

auto parse(char command, std::string_view data, Command step = Command::EndOfMessage) {
    return parse_reply({.command = command, .data = data}, step, " ");
}

struct EditCase {
    const char* name;
    char command;
    std::string data;
    Modification edit;
};
class EditFrame : public testing::TestWithParam<EditCase> {};
TEST_P(EditFrame, IsRead) {
    const auto parsed = parse(GetParam().command, GetParam().data);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(std::get<Modification>(*parsed), GetParam().edit);
}
INSTANTIATE_TEST_SUITE_P(
    Table, EditFrame,
    testing::Values(
        EditCase{"insert",
                 'i',
                 "\0\0\0\2X-A\0v\0"s,
                 {.type = Type::InsertHeader,
                  .index = 2,
                  .name = "X-A",
                  .value = "v",
                  .separator = " "}},
        EditCase{"add",
                 'h',
                 "X-A\0v\n w\0"s,
                 {.type = Type::AddHeader, .name = "X-A", .value = "v\n w", .separator = " "}},
        EditCase{"change",
                 'm',
                 "\0\0\0\3X-A\0v\0"s,
                 {.type = Type::ChangeHeader,
                  .index = 3,
                  .name = "X-A",
                  .value = "v",
                  .separator = " "}},
        EditCase{"change_0_means_1",
                 'm',
                 "\0\0\0\0X-A\0v\0"s,
                 {.type = Type::ChangeHeader,
                  .index = 1,
                  .name = "X-A",
                  .value = "v",
                  .separator = " "}},
        EditCase{"change_to_nothing_deletes",
                 'm',
                 "\0\0\0\1X-A\0\0"s,
                 {.type = Type::DeleteHeader, .index = 1, .name = "X-A"}},
        EditCase{"sender", 'e', "<a@b>\0"s, {.type = Type::ChangeSender, .name = "<a@b>"}},
        EditCase{"sender_with_arguments",
                 'e',
                 "<a@b>\0RET=FULL ENVID=x\0"s,
                 {.type = Type::ChangeSender, .name = "<a@b>", .args = "RET=FULL ENVID=x"}},
        EditCase{"recipient", '+', "<a@b>\0"s, {.type = Type::AddRecipient, .name = "<a@b>"}},
        EditCase{"recipient_with_arguments",
                 '2',
                 "<a@b>\0NOTIFY=NEVER\0"s,
                 {.type = Type::AddRecipient, .name = "<a@b>", .args = "NOTIFY=NEVER"}},
        EditCase{
            "recipient_less", '-', "<a@b>\0"s, {.type = Type::DeleteRecipient, .name = "<a@b>"}},
        EditCase{"body", 'b', "a\0b\r\n"s, {.type = Type::ReplaceBody, .value = "a\0b\r\n"s}},
        EditCase{"quarantine", 'q', "why\0"s, {.type = Type::Quarantine, .value = "why"}}),
    name_of);

struct BadCase {
    const char* name;
    char command;
    std::string data;
    Command step;
    std::string_view says;
    bool configuration;
};
class BadFrame : public testing::TestWithParam<BadCase> {};
TEST_P(BadFrame, SaysWhatCameAndWhatWasExpected) {
    const BadCase& row = GetParam();
    const auto parsed = parse(row.command, row.data, row.step);
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, HasSubstr(row.says));
    EXPECT_EQ(parsed.error().configuration, row.configuration);
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadFrame,
    testing::Values(
        BadCase{"unknown", 'Z', "", Command::Helo, "unknown reply 0x5a after SMFIC_HELO", false},
        BadCase{"edit_too_early", 'h', "A\0b\0"s, Command::Body,
                "unexpected SMFIR_ADDHEADER after SMFIC_BODY", false},
        BadCase{"continue_with_data", 'c', "xy", Command::Mail, "2 octets are left over", false},
        BadCase{"no_index", 'i', "\0\0\0"s, Command::EndOfMessage, "an index of four octets",
                false},
        BadCase{"name_without_end", 'h', "X-A", Command::EndOfMessage, "header name that ends",
                false},
        BadCase{"value_without_end", 'h', "X-A\0v"s, Command::EndOfMessage, "value that ends",
                false},
        BadCase{"data_after_value", 'h', "X-A\0v\0w"s, Command::EndOfMessage, "1 octets are left",
                false},
        BadCase{"change_without_name", 'm', "\0\0\0\1\0v\0"s, Command::EndOfMessage, "it is empty",
                true},
        // PostSRSd 2.4 does this; Postfix answers 451 for ever.
        BadCase{"sender_arguments_one_by_one", 'e', "<a@b>\0SIZE=1\0BODY=8BITMIME\0"s,
                Command::EndOfMessage, "14 octets are left over", false},
        BadCase{"reply_code_2xx", 'y', "250 ok\0"s, Command::Rcpt, "expected \"4xx\" or \"5xx\"",
                true},
        BadCase{"reply_code_short", 'y', "55\0"s, Command::Rcpt, "SMFIR_REPLYCODE", true},
        BadCase{"status_of_another_class", 'y', "550 4.7.1 no\0"s, Command::Rcpt, "same class",
                true},
        BadCase{"empty_reply_code", 'y', "", Command::Rcpt, "SMFIR_REPLYCODE", true},
        BadCase{"conn_fail", 'f', "", Command::Connect, "SMFIR_CONN_FAIL", false}),
    name_of);

TEST(ReplyCode, DoubledPercentIsOneAndASingleOneGoes) {
    const auto parsed = parse('y', "451 4.7.1 100%% of 5%x\0"s, Command::Rcpt);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(std::get<Decision>(*parsed).text, "451 4.7.1 100% of 5x");
}

TEST(Negotiation, TakesListsOfMacrosAndIgnoresUnknownStages) {
    const auto parsed = parse_negotiation(
        {.command = 'O', .data = "\0\0\0\6\0\0\0\1\0\x10\0\0\0\0\0\2{a} i\0\0\0\0\x4dx\0"s});
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->version, 6U);
    EXPECT_EQ(parsed->actions, 1U);
    EXPECT_EQ(parsed->protocol, protocol::kHeaderLeadingSpace);
    EXPECT_EQ(parsed->macros[2], "{a} i");
    EXPECT_EQ(parsed->macros[0], "");
}

TEST(Negotiation, RefusesWhatWasNotOffered) {
    const auto says = [](std::string_view data, char command = 'O') {
        return parse_negotiation({.command = command, .data = data}).error().message;
    };
    EXPECT_THAT(says("\0\0\0\7\0\0\0\1\0\0\0\0"s), HasSubstr("version 7, expected at most 6"));
    EXPECT_THAT(says("\0\0\0\6\0\0\2\0\0\0\0\0"s), HasSubstr("not offered (mask 512)"));
    EXPECT_THAT(says("\0\0\0\6\0\0\0\1"s), HasSubstr("version, actions and protocol bits"));
    EXPECT_THAT(says("\0\0\0\6\0\0\0\1\0\0\0\0\0\0"s), HasSubstr("stage of a list"));
    EXPECT_THAT(says("\0\0\0\6\0\0\0\1\0\0\0\0\0\0\0\1abc"s), HasSubstr("ends with NUL"));
    EXPECT_THAT(says("", 'c'), HasSubstr("expected SMFIC_OPTNEG"));
}

} // namespace
} // namespace postern::postfix
