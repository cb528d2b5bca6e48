// Spellings of the milter protocol: folds, paths, replies.
#include "milters/frame/forms.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

namespace postern::milter {
namespace {

using namespace std::string_view_literals;
using testing_support::name_of;

struct FoldCase {
    const char* name;
    std::string_view milter, wire;
};
class Folds : public testing::TestWithParam<FoldCase> {};
TEST_P(Folds, LineFeedsBecomeCrlf) {
    std::string buffer;
    EXPECT_EQ(to_wire_folds(GetParam().milter, buffer), GetParam().wire);
}
TEST_P(Folds, AndBack) { EXPECT_EQ(to_milter_folds(GetParam().wire), GetParam().milter); }
INSTANTIATE_TEST_SUITE_P(
    Table, Folds,
    testing::Values(FoldCase{"empty", "", ""}, FoldCase{"one_line", " text", " text"},
                    FoldCase{"one_fold", " a\n b", " a\r\n b"},
                    FoldCase{"many", "\n\n\tx\n", "\r\n\r\n\tx\r\n"},
                    FoldCase{"a_carriage_return_of_its_own", "a\rb\n c", "a\rb\r\n c"}),
    name_of);

TEST(MilterFolds, CarriageReturnBeforeTheFoldIsTheMessages) {
    std::string buffer; // "a CR CR LF" on the wire: Postfix ends the line at CRLF and keeps one CR
    EXPECT_EQ(to_wire_folds("a\r\n b", buffer), "a\r\r\n b");
}
TEST(MilterFolds, NulCannotBeSent) { EXPECT_EQ(to_milter_folds("a\0b"sv), "ab"); }

struct PathCase {
    const char* name;
    std::string_view given, path;
};
class Paths : public testing::TestWithParam<PathCase> {};
TEST_P(Paths, Strip) { EXPECT_EQ(strip_path(GetParam().given), GetParam().path); }
INSTANTIATE_TEST_SUITE_P(Table, Paths,
                         testing::Values(PathCase{"smtp", "<a@b>", "a@b"},
                                         PathCase{"local", "a@b", "a@b"},
                                         PathCase{"null", "<>", ""}, PathCase{"nothing", "", ""},
                                         PathCase{"half", "<a@b", "<a@b"},
                                         PathCase{"one_bracket", "<", "<"}),
                         name_of);

TEST(ReplyText, IsOneLineWithoutFormats) {
    EXPECT_EQ(reply_text("100% sure\r\n250 ok\ttab\x7f"), "100%% sure250 ok tab");
    EXPECT_LE(reply_text(std::string(5000, '%')).size(), 481U);
}

struct CodeCase {
    const char* name;
    std::string_view code, enhanced;
    bool right;
};
class ReplyCode : public testing::TestWithParam<CodeCase> {};
TEST_P(ReplyCode, IsChecked) {
    EXPECT_EQ(is_reply_code(GetParam().code, GetParam().enhanced), GetParam().right);
}
INSTANTIATE_TEST_SUITE_P(Table, ReplyCode,
                         testing::Values(CodeCase{"reject", "550", "5.7.1", true},
                                         CodeCase{"tempfail", "451", "4.3.2", true},
                                         CodeCase{"long_detail", "550", "5.711.999", true},
                                         CodeCase{"none_enhanced", "550", "", true},
                                         CodeCase{"class_differs", "550", "4.7.1", false},
                                         CodeCase{"ok_code", "250", "2.0.0", false},
                                         CodeCase{"short_code", "55", "5.7.1", false},
                                         CodeCase{"no_detail", "550", "5.7", false},
                                         CodeCase{"empty_detail", "550", "5..1", false},
                                         CodeCase{"four_digits", "550", "5.7.1000", false},
                                         CodeCase{"four_parts", "550", "5.7.1.1", false},
                                         CodeCase{"letters", "5x0", "5.7.1", false}),
                         name_of);

} // namespace
} // namespace postern::milter
