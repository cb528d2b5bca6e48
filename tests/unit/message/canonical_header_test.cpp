#include "common/message/canonical_header.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::message {
namespace {

using testing_support::name_of;

std::string canonical(std::string_view name, std::string_view value, Canonicalization form) {
    HeaderBlock block;
    block.add(name, value);
    std::string out = "before|"; // what stands in `out` already must not matter
    append_canonical_header(out, block[0], form);
    return out.substr(7);
}

struct Case {
    const char* name;
    std::string_view field_name, value, relaxed, simple;
};
class CanonicalHeader : public testing::TestWithParam<Case> {};
TEST_P(CanonicalHeader, RelaxedIsThatOfRfc6376Section342) {
    const Case& row = GetParam();
    EXPECT_EQ(canonical(row.field_name, row.value, Canonicalization::Relaxed), row.relaxed);
}
TEST_P(CanonicalHeader, SimpleIsUntouched) {
    const Case& row = GetParam();
    EXPECT_EQ(canonical(row.field_name, row.value, Canonicalization::Simple), row.simple);
}
INSTANTIATE_TEST_SUITE_P(
    Table, CanonicalHeader,
    testing::Values(
        // RFC 6376 3.4.5, examples 1 and 2
        Case{"rfc6376_example_a", "A", " X", "a:X\r\n", "A: X\r\n"},
        Case{"rfc6376_example_b", "B ", " Y\t\r\n\tZ  ", "b:Y Z\r\n", "B : Y\t\r\n\tZ  \r\n"},
        Case{"empty", "A", "", "a:\r\n", "A:\r\n"},
        Case{"blank", "A", " \t ", "a:\r\n", "A: \t \r\n"},
        Case{"blank_after_fold", "A", "\r\n ", "a:\r\n", "A:\r\n \r\n"},
        Case{"value_begins_with_fold", "Subject", "\r\n x", "subject:x\r\n", "Subject:\r\n x\r\n"},
        Case{"blank_lines_in_folds", "A", " x\r\n \r\n\ty", "a:x y\r\n", "A: x\r\n \r\n\ty\r\n"},
        Case{"case_of_value_stays", "X-Y", "Ab C", "x-y:Ab C\r\n", "X-Y:Ab C\r\n"},
        Case{"utf8_stays", "A", " \xc3\x89 ", "a:\xc3\x89\r\n", "A: \xc3\x89 \r\n"},
        Case{"colon_in_value", "A", " b : c", "a:b : c\r\n", "A: b : c\r\n"},
        Case{"bare_cr_is_an_octet", "A", " b\rc", "a:b\rc\r\n", "A: b\rc\r\n"},
        Case{"bare_cr_between_blanks", "A", " b \r c", "a:b \r c\r\n", "A: b \r c\r\n"},
        Case{"bare_cr_before_fold", "A", "b\r\r\n c", "a:b\r c\r\n", "A:b\r\r\n c\r\n"}),
    name_of);

} // namespace
} // namespace postern::message
