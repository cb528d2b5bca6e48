#include "common/dkim/diagnosis.hpp"
#include "common/message/canonical_body.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <iostream>

namespace postern::dkim {
namespace {

using message::Canonicalization;
using testing_support::name_of;
constexpr auto kSimple = Canonicalization::Simple;
constexpr auto kRelaxed = Canonicalization::Relaxed;

/// What the signer hashed is written out here, octet by octet (RFC 6376 3.4.3, 3.4.4).
struct Case {
    const char* name;
    Canonicalization form;
    std::string signed_octets;
    std::string received;
    std::string_view text;
    std::string content_type = {};
    std::string encoding = {};
};

message::HeaderBlock headers_of(const Case& row) {
    message::HeaderBlock headers;
    headers.add("From", " a@example.org");
    if (!row.content_type.empty()) headers.add("Content-Type", " " + row.content_type);
    if (!row.encoding.empty()) headers.add("Content-Transfer-Encoding", " " + row.encoding);
    return headers;
}

class BodyCause : public testing::TestWithParam<Case> {};

TEST_P(BodyCause, IsFoundByTheHashTheSignerSaw) {
    const Case& row = GetParam();
    const auto headers = headers_of(row);
    const std::array wanted{WantedBodyHash{row.form, crypto::sha256(row.signed_octets)}};
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, row.received.size() + 1}) {
        BodyDiagnosis body(headers);
        for (std::size_t at = 0; at < row.received.size(); at += size)
            body.update(std::string_view(row.received).substr(at, size));
        EXPECT_EQ(body.explain(wanted), std::vector<std::string_view>{row.text})
            << "chunks of " << size;
    }
}

const std::string kMultipart = "--x\r\n"
                               "Content-Type: text/plain\r\n"
                               "\r\n"
                               "Hello\r\n"
                               "--x--\r\n";

INSTANTIATE_TEST_SUITE_P(
    Table, BodyCause,
    testing::Values(
        Case{"footer", kRelaxed, "Hello\r\n\r\nBye\r\n",
             "Hello\r\n\r\nBye\r\n_____\r\nlist mailing list\r\n", "footer appended"},
        Case{"footer_behind_blank_lines", kSimple, "Hello\r\n",
             "Hello\r\n\r\n\r\n-- \r\nlist\r\n\r\n", "footer appended"},
        Case{"footer_of_white_space_changes_nothing_else", kRelaxed, " a b\r\n",
             " a\t b  \r\n.\r\n", "footer appended"},
        Case{"footer_as_a_part", kRelaxed, kMultipart,
             "--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
             "--x\r\nContent-Type: text/plain\r\n\r\nlist footer\r\n--x--\r\n",
             "footer appended as a part"},
        Case{"footer_in_the_last_part", kSimple, kMultipart,
             "--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n____\r\nlist\r\n--x--\r\n",
             "footer appended"},
        Case{"footer_behind_the_multipart", kSimple, kMultipart, kMultipart + "____\r\nlist\r\n",
             "footer appended"},
        Case{"wrapped", kRelaxed, "Hello\r\nyou\r\n",
             "This is a multi-part message.\r\n\r\n--y\r\nContent-Type: text/plain\r\n\r\n"
             "Hello\r\nyou\r\n--y\r\nContent-Type: text/plain\r\n\r\nfooter\r\n--y--\r\n",
             "wrapped into a multipart"},
        Case{"wrapped_without_preamble", kSimple, kMultipart,
             "--y\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + kMultipart +
                 "\r\n--y\r\n\r\nfooter\r\n--y--\r\n",
             "wrapped into a multipart"},
        Case{"empty_simple", kSimple, "\r\n", "Buy this\r\n", "body was empty"},
        Case{"empty_relaxed", kRelaxed, "", "Buy this\r\n", "body was empty"},
        Case{"white_space_under_simple", kSimple, "a b\r\nc\r\n", "a  b\r\nc \r\n",
             "white space changed"},
        Case{"trailing_blanks_beside_inner_ones", kSimple, "a  b\r\n", "a  b \t\r\n",
             "white space changed"},
        Case{"tabs_for_spaces", kSimple, "  a  b\r\n", "\t\ta \tb\r\n", "white space changed"},
        Case{"space_stuffed", kSimple, " a\r\nFrom b\r\n>c\r\n", "  a\r\n From b\r\n >c\r\n",
             "white space changed"},
        Case{"space_stuffed_from", kRelaxed, "a\r\nFrom b\r\n", "a\r\n From b\r\n",
             "white space changed"},
        Case{"simple_hash_called_relaxed", kRelaxed, "a  b \r\n", "a  b \r\n",
             "hashed in another form"},
        Case{"blank_lines_in_front", kRelaxed, "a\r\n", "\r\n\r\na\r\n", "blank lines changed"},
        Case{"blank_line_in_front_lost", kSimple, "\r\na\r\n", "a\r\n", "blank lines changed"},
        Case{"blank_lines_multiplied", kSimple, "a\r\n\r\nb\r\n", "a\r\n\r\n\r\n\r\nb\r\n",
             "blank lines changed"},
        Case{"line_ends_doubled", kSimple, "a\r\nb\r\n\r\nc\r\n",
             "a\r\n\r\nb\r\n\r\n\r\n\r\nc\r\n\r\n", "blank lines changed"},
        Case{"hashed_with_lf", kSimple, "a\nb\n", "a\r\nb\r\n", "line ends changed"},
        Case{"hashed_without_last_line_end", kSimple, "a\r\nb", "a\r\nb\r\n", "line ends changed"},
        Case{"bare_line_ends", kSimple, "a\r\nb\r\nc\r\n", "a\nb\rc\r\n", "line ends changed"},
        Case{"long_line", kSimple, std::string(2500, 'x') + "\r\ny\r\n",
             std::string(998, 'x') + "\r\n " + std::string(997, 'x') + "\r\n " +
                 std::string(505, 'x') + "\r\ny\r\n",
             ""},
        Case{"long_line_broken_once", kSimple, std::string(1500, 'x') + "\r\ny\r\n",
             std::string(998, 'x') + "\r\n " + std::string(502, 'x') + "\r\ny\r\n",
             "long lines broken"},
        Case{"dots_doubled", kSimple, ".\r\n.a\r\n", "..\r\n..a\r\n", "leading dots changed"},
        Case{"dots_halved", kSimple, "..a\r\nb\r\n", ".a\r\nb\r\n", "leading dots changed"},
        Case{"mailbox_from", kRelaxed, "a\r\nFrom b\r\n", "a\r\n>From b\r\n",
             "leading From escaped"},
        Case{"quoted_printable_of_8bit", kRelaxed, "caf\xC3\xA9 = 1\r\nend\r\n",
             "caf=C3=A9 =3D =\r\n1\r\nend\r\n", "body re-encoded", "text/plain",
             "quoted-printable"},
        Case{"base64_of_8bit", kSimple, "caf\xC3\xA9\r\nend\r\n", "Y2Fmw6kNCmVuZA0K\r\n",
             "body re-encoded", "text/plain", "BASE64"},
        Case{"base64_of_8bit_with_lf", kSimple, "caf\xC3\xA9\r\nend\r\n", "Y2Fmw6kKZW5kCg==\r\n",
             "body re-encoded", "text/plain", "base64"},
        Case{"8bit_of_quoted_printable", kSimple, "caf=C3=A9 =3D 1\r\nend=20\r\n",
             "caf\xC3\xA9 = 1\r\nend \r\n", "body re-encoded", "text/plain", "8bit"},
        Case{"8bit_of_base64", kSimple, "Y2Fmw6kNCg==\r\n", "caf\xC3\xA9\r\n", "body re-encoded",
             "text/plain", "8bit"},
        Case{"part_quoted_printable", kRelaxed,
             "--b c\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\nX: y\r\n\r\n"
             "caf\xC3\xA9\r\n--b c\r\n\r\nascii =41\r\n--b c--\r\n",
             "--b c\r\nContent-Type: text/plain\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\nX: y\r\n\r\n"
             "caf=C3=A9\r\n--b c\r\n\r\nascii =41\r\n--b c--\r\n",
             "body re-encoded", "multipart/mixed;\r\n\tBoundary=\"b c\""},
        Case{"nested_part_base64", kSimple,
             "--o\r\nContent-Type: multipart/alternative; boundary=i; a=b\r\n\r\n"
             "--i\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xC3\xA9\r\n--i--\r\n\r\n--o--\r\n",
             "--o\r\nContent-Type: multipart/alternative; boundary=i; a=b\r\n\r\n"
             "--i\r\nContent-Transfer-Encoding: base64\r\n\r\nw6k=\r\n--i--\r\n\r\n--o--\r\n",
             "body re-encoded", "multipart/mixed; boundary=o"},
        Case{"something_else", kRelaxed, "Hello\r\n", "Goodbye\r\n", ""},
        Case{"a_word_changed_above_a_footer", kRelaxed, "Hello\r\n", "Hallo\r\nfooter\r\n", ""},
        Case{"nothing_left", kRelaxed, "Hello\r\n", "", ""}),
    name_of);

constexpr std::string_view kText = "Hello\r\n";

// However many signatures there are, each hash is looked for, and work is done once.
TEST(BodyDiagnosis, LooksForAllHashesAtOnce) {
    const message::HeaderBlock headers;
    const WantedBodyHash footer{kRelaxed, crypto::sha256(kText)};
    const WantedBodyHash unknown{kSimple, crypto::sha256("?")};
    const WantedBodyHash spaces{kSimple, crypto::sha256("Hello\r\nfoo ter\r\n")};
    BodyDiagnosis body(headers);
    body.update("Hello\r\nfoo  ter\r\n");
    EXPECT_EQ(body.explain(std::vector{unknown, footer, spaces, footer}),
              (std::vector<std::string_view>{"", "footer appended", "white space changed",
                                             "footer appended"}));
    const auto work = body.work().hashed_octets;

    BodyDiagnosis many(headers);
    many.update("Hello\r\nfoo  ter\r\n");
    std::vector<WantedBodyHash> wanted{unknown, footer, spaces};
    for (char c = 'a'; c <= 'z'; ++c)
        wanted.push_back({c % 2 == 0 ? kSimple : kRelaxed, crypto::sha256(std::string(3, c))});
    const auto texts = many.explain(wanted);
    EXPECT_EQ(texts[1], "footer appended");
    EXPECT_LE(many.work().hashed_octets, 2 * work) << "relaxed is looked for until the end";
}

TEST(BodyDiagnosis, GivesUpOnLongBodies) {
    const message::HeaderBlock headers;
    const std::array wanted{WantedBodyHash{kRelaxed, crypto::sha256(kText)}};
    BodyDiagnosis body(headers, {.body_octets = 20});
    body.update("Hello\r\nfooter\r\n12345"); // 20 octets
    EXPECT_FALSE(body.gave_up());
    EXPECT_EQ(body.explain(wanted)[0], "footer appended");
    body.update("6");
    EXPECT_TRUE(body.gave_up());
    body.update("7");
    EXPECT_EQ(body.explain(wanted)[0], "");
}

TEST(BodyDiagnosis, TriesAsManyLineEndsAsAllowed) {
    const message::HeaderBlock headers;
    const std::array wanted{WantedBodyHash{kRelaxed, crypto::sha256(kText)}};
    for (const std::size_t lines : {9U, 10U, 11U}) {
        BodyDiagnosis body(headers, {.line_ends = 10});
        body.update(kText);
        for (std::size_t i = 0; i < lines; ++i)
            body.update("x\r\n");
        EXPECT_EQ(body.explain(wanted)[0], lines <= 10 ? "footer appended" : "") << lines;
    }
}

/// Bodies of the size kept that make as much work as can be thought of.
struct Hostile {
    const char* name;
    std::string unit;
    std::string content_type = {};
    std::string encoding = {};
};

class HostileBody : public testing::TestWithParam<Hostile> {};

TEST_P(HostileBody, CostsAFixedNumberOfPasses) {
    const Hostile& row = GetParam();
    const auto headers =
        headers_of({row.name, kSimple, "", "", "", row.content_type, row.encoding});
    BodyDiagnosis body(headers);
    std::size_t octets = 0;
    for (; octets + row.unit.size() <= DiagnosisLimits{}.body_octets; octets += row.unit.size())
        body.update(row.unit);
    std::vector<WantedBodyHash> wanted;
    for (char c = 'a'; c <= 'z'; ++c)
        wanted.push_back({c % 2 == 0 ? kSimple : kRelaxed, crypto::sha256(std::string(3, c))});
    const auto start = std::chrono::steady_clock::now();
    for (const auto text : body.explain(wanted))
        EXPECT_EQ(text, "");
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    const std::uint64_t hashed = body.work().hashed_octets;
    EXPECT_GT(hashed, octets) << "nothing was tried";
    EXPECT_LE(hashed, BodyDiagnosis::kMaxPasses * octets + 2 * 512 * DiagnosisLimits{}.line_ends);
    std::cout << row.name << ": " << static_cast<double>(hashed) / static_cast<double>(octets)
              << " octets hashed per octet, " << took.count() << " ms\n";
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostileBody,
    testing::Values(Hostile{"empty_lines_and_one_letter", "\r\n\r\nx"},
                    Hostile{"short_lines", "x\r\n"}, Hostile{"dots", ".\r\n"},
                    Hostile{"boundaries", "--x--\r\n"}, Hostile{"open_boundaries", "\r\n--"},
                    Hostile{"tabs", "\t\tx \t\r\n"}, Hostile{"bare_line_ends", "a\nb\r"},
                    Hostile{"one_line", "x"}, Hostile{"octets", "\xC3\xA9", "text/plain", "8bit"},
                    Hostile{"quoted", "=C3=A9=\r\n", "text/plain", "quoted-printable"},
                    Hostile{"parts", "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nw6k=\r\n",
                            "multipart/mixed; boundary=b"},
                    Hostile{"everything", "\r\n>From \xC3\xA9\t=20 \n.\r\n\r\n--x--\r\n y\r\n"}),
    name_of);

} // namespace
} // namespace postern::dkim
