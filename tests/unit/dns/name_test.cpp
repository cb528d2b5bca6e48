#include "common/dns/name.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>

namespace postern::dns {
namespace {

using testing_support::name_of;
using namespace std::string_literals;

struct Case {
    const char* name;
    std::string text;
    std::string wire; ///< empty: no name
};
class NameText : public testing::TestWithParam<Case> {};

TEST_P(NameText, BecomesTheWireFormOfRfc1035Section31) {
    const auto name = Name::parse(GetParam().text);
    ASSERT_EQ(name.has_value(), !GetParam().wire.empty());
    if (!name) return;
    EXPECT_EQ(name->wire(), GetParam().wire);
}

std::string label(std::size_t size) { return std::string(size, 'a'); }

INSTANTIATE_TEST_SUITE_P(
    Table, NameText,
    testing::Values(
        Case{"plain", "example.org", "\7example\3org\0"s}, Case{"root", "", "\0"s},
        Case{"root_as_a_dot", ".", "\0"s}, Case{"closing_dot", "org.", "\3org\0"s},
        Case{"case_is_kept", "ExAmple", "\7ExAmple\0"s},
        Case{"dot_in_a_label", "a\\.b.c", "\3a.b\1c\0"s},
        Case{"backslash_in_a_label", "a\\\\.c", "\2a\\\1c\0"s},
        Case{"any_octet", "\0\xff \t.c"s, "\4\0\xff \t\1c\0"s},
        Case{"label_of_63", label(63), "\x3f" + label(63) + "\0"s},
        Case{"label_of_64", label(64), ""},
        Case{"of_253_octets", label(63) + "." + label(63) + "." + label(63) + "." + label(61),
             "\x3f" + label(63) + "\x3f" + label(63) + "\x3f" + label(63) + "\x3d" + label(61) +
                 "\0"s},
        Case{"of_254_octets", label(63) + "." + label(63) + "." + label(63) + "." + label(62), ""},
        Case{"empty_label", "a..b", ""}, Case{"leading_dot", ".a", ""},
        Case{"two_closing_dots", "a..", ""}, Case{"two_dots", "..", ""},
        Case{"backslash_at_the_end", "a\\", ""}, Case{"other_escape", "a\\b", ""},
        Case{"decimal_escape", "a\\046b", ""}),
    name_of);

TEST(Name, ReadsBackWhatItWrites) {
    for (const std::string text :
         {"", "org", "example.org", "a\\.b.c\\\\.d", "_dmarc.Example.ORG", "\x01\xff.x"})
        EXPECT_EQ(Name::parse(text)->text(), text);
}

TEST(Name, OfWireIsWholeOrNothing) {
    const auto from = [](const std::string& wire) {
        return Name::from_wire({reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size()});
    };
    EXPECT_EQ(from("\3a.b\0"s)->text(), "a\\.b");
    EXPECT_EQ(from("\0"s)->text(), "");
    EXPECT_FALSE(from(""));
    EXPECT_FALSE(from("\3org")) << "no root label";
    EXPECT_FALSE(from("\3org\0x"s)) << "more behind it";
    EXPECT_FALSE(from("\x09org\0"s)) << "a label that goes past the end";
    EXPECT_FALSE(from("\xc0\x0c"s)) << "a pointer";
    EXPECT_FALSE(from("\x40" + std::string(64, 'a') + "\0"s)) << "a label of 64 octets";
    std::string long_name;
    for (int i = 0; i < 127; ++i)
        long_name += "\1a";
    EXPECT_TRUE(from(long_name + "\0"s)) << "255 octets";
    EXPECT_FALSE(from("\1a" + long_name + "\0"s)) << "257 octets";
}

TEST(Name, ComparesWithoutCase) {
    EXPECT_EQ(*Name::parse("Example.ORG"), *Name::parse("example.org"));
    EXPECT_EQ(Name::parse("Example.ORG")->key(), Name::parse("example.org")->key());
    EXPECT_FALSE(*Name::parse("a.b") == *Name::parse("a\\.b"));
    EXPECT_FALSE(*Name::parse("\xc4") == *Name::parse("\xe4")) << "only ASCII has case in DNS";
}

TEST(Name, KnowsWhatIsAboveIt) {
    const auto within = [](const char* name, const char* other) {
        return Name::parse(name)->is_within(*Name::parse(other));
    };
    EXPECT_TRUE(within("a.example.org", "EXAMPLE.org"));
    EXPECT_TRUE(within("example.org", "example.org"));
    EXPECT_TRUE(within("example.org", ""));
    EXPECT_TRUE(within("", ""));
    EXPECT_FALSE(within("anexample.org", "example.org")) << "labels, not letters";
    EXPECT_FALSE(within("example.org", "a.example.org"));
    EXPECT_FALSE(within("", "org"));
    EXPECT_FALSE(within("a\\.example.org", "example.org")) << "the dot is within a label";
}

// RFC 6672 table 1, as far as it is about names.
struct Move {
    const char* name;
    std::string from, owner, target, result; ///< "no": it cannot be moved
};
class Moved : public testing::TestWithParam<Move> {};

TEST_P(Moved, FollowsRfc6672Table1) {
    const Move& move = GetParam();
    const auto result =
        Name::parse(move.from)->moved(*Name::parse(move.owner), *Name::parse(move.target));
    ASSERT_EQ(result.has_value(), move.result != "no");
    if (!result) return;
    EXPECT_EQ(result->text(), move.result);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Moved,
    testing::Values(Move{"not_within", "com", "example.com", "example.net", "no"},
                    Move{"below", "a.example.com", "example.com", "example.net", "a.example.net"},
                    Move{"far_below", "a.b.example.com", "example.com", "example.net",
                         "a.b.example.net"},
                    Move{"letters_alike", "ab.example.com", "b.example.com", "example.net", "no"},
                    Move{"to_a_name_below", "foo.example.com", "example.com", "e.example.net",
                         "foo.e.example.net"},
                    Move{"of_the_root", "shortloop.x.x", "x", "", "shortloop.x"},
                    Move{"too_long", std::string(60, 'a') + "." + std::string(60, 'b') + ".x", "x",
                         std::string(63, 'c') + "." + std::string(63, 'd') + ".example", "no"}),
    name_of);

} // namespace
} // namespace postern::dns
