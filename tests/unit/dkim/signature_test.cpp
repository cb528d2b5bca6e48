#include "common/base/text.hpp"
#include "common/dkim/signature.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::dkim {
namespace {

using message::Canonicalization;
using testing::HasSubstr;

SignatureFields example() {
    SignatureFields fields;
    fields.domain = "example.org";
    fields.selector = "2026a";
    fields.timestamp = 1767225600;
    fields.headers = {"From",
                      "From",
                      "To",
                      "To",
                      "Subject",
                      "Subject",
                      "Message-ID",
                      "Content-Transfer-Encoding",
                      "List-Unsubscribe-Post"};
    fields.body_hash.assign(32, 0xAB);
    fields.signature.assign(256, 0xCD);
    return fields;
}

std::vector<std::string> lines_of(std::string_view value) {
    std::vector<std::string> lines{"DKIM-Signature:"};
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value.substr(i, 2) == "\r\n") {
            lines.emplace_back();
            ++i;
        } else {
            lines.back() += value[i];
        }
    }
    return lines;
}

/// As wide as a terminal shows it: a tab counts eight.
std::size_t width(const std::string& line) {
    return line.size() + (line.starts_with('\t') ? 7 : 0);
}

struct Shape {
    const char* name;
    SignatureFields fields;
};
std::vector<Shape> shapes() {
    std::vector<Shape> all{{"plain", example()}};
    auto add = [&](const char* name, auto change) {
        all.push_back({name, example()});
        change(all.back().fields);
    };
    add("ed25519",
        [](auto& f) { f.algorithm = Algorithm::Ed25519Sha256, f.signature.assign(64, 1); });
    add("rsa4096", [](auto& f) { f.signature.assign(512, 0x77); });
    add("one_octet", [](auto& f) { f.signature.assign(1, 0); });
    add("simple_relaxed", [](auto& f) { f.header = Canonicalization::Simple; });
    add("relaxed_simple", [](auto& f) { f.body = Canonicalization::Simple; });
    add("expires", [](auto& f) { f.expiry = 1767225601; });
    add("no_time", [](auto& f) { f.timestamp.reset(); });
    add("identity", [](auto& f) { f.identity = "@mail.example.org"; });
    add("odd_identity", [](auto& f) { f.identity = "\"a b;c=d\\@@\"@example.org"; });
    add("control_identity",
        [](auto& f) { f.identity = std::string("x\r\n\t\x7F\0y@example.org", 19); });
    add("utf8_identity", [](auto& f) { f.identity = "j\xC3\xBCrgen@example.org"; });
    add("broken_utf8_identity", [](auto& f) { f.identity = "j\xFCrgen@example.org"; });
    add("one_header", [](auto& f) { f.headers = {"From"}; });
    add("many_headers", [](auto& f) { f.headers.assign(1000, "From"); });
    return all;
}
class FormattedSignature : public testing::TestWithParam<Shape> {};

TEST_P(FormattedSignature, ComesBackFromParse) {
    for (const HeaderCharset charset : {HeaderCharset::Ascii, HeaderCharset::Utf8}) {
        const std::string value = GetParam().fields.format(charset);
        const auto parsed = SignatureFields::parse(value);
        ASSERT_TRUE(parsed.has_value()) << parsed.error().message << "\n" << value;
        EXPECT_EQ(*parsed, GetParam().fields);
    }
}
TEST_P(FormattedSignature, IsFoldedAt78Columns) {
    const std::string value = GetParam().fields.format();
    EXPECT_TRUE(value.starts_with(" v=1; a="));
    EXPECT_TRUE(is_ascii(value));
    const auto lines = lines_of(value);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_LE(width(lines[i]), 78U) << lines[i];
        EXPECT_EQ(lines[i].find_first_of("\r\n"), std::string::npos);
        EXPECT_FALSE(is_wsp(lines[i].back())) << "white space at a line's end gets lost on the way";
        if (i > 0) {
            EXPECT_TRUE(lines[i].starts_with('\t') && !is_wsp(lines[i][1]));
        }
    }
}
TEST_P(FormattedSignature, HasItsTagsInOneOrderAndNeverALength) {
    const std::string value = GetParam().fields.format();
    std::string order;
    for (const std::string_view tag : split(value, ';'))
        order += std::string(cut(tag, '=')->before) + " ";
    const auto& fields = GetParam().fields;
    EXPECT_EQ(order, "v a c d s " + std::string(fields.identity.empty() ? "" : "i ") +
                         (fields.timestamp ? "t " : "") + (fields.expiry ? "x " : "") + "h bh b ");
}
TEST_P(FormattedSignature, IsWhatWasHashedPlusTheSignature) {
    const std::string value = GetParam().fields.format();
    const std::string hashed = GetParam().fields.format_unsigned();
    EXPECT_TRUE(hashed.ends_with("\r\n\tb="));
    EXPECT_TRUE(value.starts_with(hashed));
    EXPECT_EQ(value.substr(hashed.size()).find(';'), std::string::npos);
    EXPECT_FALSE(is_space(value[hashed.size()]));
}
INSTANTIATE_TEST_SUITE_P(Table, FormattedSignature, testing::ValuesIn(shapes()),
                         testing_support::name_of);

TEST(LongNames, StandOnALineOfTheirOwn) {
    SignatureFields fields = example();
    fields.domain = std::string(60, 'a') + "." + std::string(60, 'b') + ".example";
    const auto lines = lines_of(fields.format());
    EXPECT_THAT(lines,
                testing::Contains("\td=" + fields.domain + "; s=2026a; t=1767225600;").Times(0));
    EXPECT_THAT(lines, testing::Contains(testing::StartsWith("\td=" + fields.domain + ";")));
    EXPECT_EQ(*SignatureFields::parse(fields.format()), fields);
}

struct Quoted {
    const char* name;
    std::string_view plain, ascii, utf8;
};
class QuotedPrintable : public testing::TestWithParam<Quoted> {};

TEST_P(QuotedPrintable, FollowsRfc6376Section211AndRfc8616) {
    EXPECT_EQ(quoted_printable(GetParam().plain, HeaderCharset::Ascii), GetParam().ascii);
    EXPECT_EQ(quoted_printable(GetParam().plain, HeaderCharset::Utf8), GetParam().utf8);
}
INSTANTIATE_TEST_SUITE_P(Table, QuotedPrintable,
                         testing::Values(Quoted{"plain", "joe+x@example.org", "joe+x@example.org",
                                                "joe+x@example.org"},
                                         Quoted{"must_be_encoded", " ;=\t\r\n\x7F",
                                                "=20=3B=3D=09=0D=0A=7F", "=20=3B=3D=09=0D=0A=7F"},
                                         Quoted{"edges_of_the_safe_set", "!:<>~", "!:<>~", "!:<>~"},
                                         Quoted{"utf8", "\xC3\xBC", "=C3=BC", "\xC3\xBC"},
                                         Quoted{"not_utf8", "\xFC", "=FC", "=FC"}),
                         testing_support::name_of);

constexpr std::string_view kGood = "v=1; a=rsa-sha256; c=relaxed; d=example.org; s=a; h=From:To;"
                                   " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=AAAA";

TEST(ParsedSignature, TakesFoldsAndDefaultsOfOthers) {
    const auto fields = SignatureFields::parse(kGood);
    ASSERT_TRUE(fields.has_value()) << fields.error().message;
    EXPECT_EQ(fields->header, Canonicalization::Relaxed);
    EXPECT_EQ(fields->body, Canonicalization::Simple);
    const auto folded = SignatureFields::parse(
        " v=1;\r\n\ta=rsa-sha256; d=Example.ORG;s=a ; h = From :\r\n\tTo; z=ignored; q=dns/txt;\r\n"
        " bh=2jUSOH9NhtVGCQWNr9BrIA\r\n\t PreKQjO6Sn7XIkfJVOzv8= ; b=AA\r\n AA;");
    ASSERT_TRUE(folded.has_value()) << folded.error().message;
    EXPECT_EQ(folded->domain, "example.org");
    EXPECT_EQ(folded->header, Canonicalization::Simple);
    EXPECT_EQ(folded->headers, (std::vector<std::string>{"From", "To"}));
    EXPECT_EQ(folded->signature.size(), 3U);
}

struct Broken {
    const char* name;
    std::string_view from, to; ///< what to change in kGood
    const char* says;
};
class BrokenSignature : public testing::TestWithParam<Broken> {};

TEST_P(BrokenSignature, IsRefusedWithTheTag) {
    std::string text(kGood);
    const auto at = text.find(GetParam().from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, GetParam().from.size(), GetParam().to);
    const auto fields = SignatureFields::parse(text);
    ASSERT_FALSE(fields.has_value());
    EXPECT_THAT(fields.error().message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BrokenSignature,
    testing::Values(Broken{"version", "v=1", "v=2", "v= is not 1"},
                    Broken{"no_version", "v=1;", "", "v= is missing"},
                    Broken{"sha1", "rsa-sha256", "rsa-sha1", "a= is neither"},
                    Broken{"no_domain", "d=example.org;", "", "d= is missing"},
                    Broken{"empty_domain", "d=example.org", "d=", "d= is empty"},
                    Broken{"bad_domain", "example.org", "a b", "d="},
                    Broken{"no_from", "From:To", "To", "cover From"},
                    Broken{"empty_entry", "From:To", "From::To", "h= has an entry"},
                    Broken{"canonicalization", "c=relaxed", "c=nowsp", "c= names"},
                    Broken{"short_hash", "bh=2jUSOH9N", "bh=", "bh= is not"},
                    Broken{"bad_base64", "b=AAAA", "b=AAA", "b= "},
                    Broken{"empty_signature", "b=AAAA", "b=", "b= is empty"},
                    Broken{"length", "c=relaxed", "l=5", "l= limits"},
                    Broken{"twice", "s=a", "s=a; s=a", ""},
                    Broken{"time_order", "c=relaxed", "t=10; x=9", "x= lies before"},
                    Broken{"time", "c=relaxed", "t=-1", "t= is not a time"},
                    Broken{"huge_time", "c=relaxed", "t=1000000000000", "t= is not a time"},
                    Broken{"foreign_identity", "c=relaxed", "i=x@example.com", "i= does not lie"},
                    Broken{"identity_without_at", "c=relaxed", "i=example.org", "i= is not"},
                    Broken{"cut_identity", "c=relaxed", "i=a=4", "i= is not"},
                    Broken{"small_letters_in_identity", "c=relaxed", "i=a=3b@example.org",
                           "i= is not"}),
    testing_support::name_of);

} // namespace
} // namespace postern::dkim
