#include "common/base/text.hpp"
#include "common/spf/received_spf.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace postern::spf {
namespace {

using testing::HasSubstr;
using testing_support::name_of;

struct Reading {
    std::string result, comment;
    std::vector<std::pair<std::string, std::string>> pairs;
};

/// A reader of nothing but the grammar of RFC 7208 9.1, with comments and folds where we write
/// them; nothing if the text is anything else.
class StrictReader {
public:
    explicit StrictReader(std::string_view text) : text_(text) {}
    std::optional<Reading> read() {
        Reading out;
        if (!space()) return std::nullopt;
        while (is_alpha(peek()))
            out.result += take();
        if (!space() || !comment(out.comment)) return std::nullopt;
        do {
            std::pair<std::string, std::string> pair;
            if (!fold() || !key(pair.first) || take() != '=' || !value(pair.second))
                return std::nullopt;
            out.pairs.push_back(std::move(pair));
        } while (!at_end() && take() == ';');
        if (!at_end()) return std::nullopt;
        return out;
    }

private:
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
    char take() { return at_end() ? '\0' : text_[at_++]; }
    bool space() { return take() == ' '; }
    bool fold() { return take() == '\r' && take() == '\n' && take() == '\t'; }
    bool comment(std::string& out) {
        if (take() != '(') return false;
        while (is_alpha(peek()) || peek() == ' ')
            out += take();
        return take() == ')';
    }
    bool key(std::string& out) {
        while (is_alpha(peek()) || peek() == '-')
            out += take();
        return !out.empty();
    }
    bool value(std::string& out) {
        if (peek() == '"') {
            take();
            while (peek() != '"') {
                if (peek() == '\\') take();
                const char c = take();
                if (c < 0x20 || c > 0x7e) return false;
                out += c;
            }
            return take() == '"';
        }
        while (is_alpha(peek()) || is_digit(peek()) ||
               (peek() != '\0' &&
                std::string_view(".!#$%&'*+-/=?^_`{|}~").find(peek()) != std::string_view::npos))
            out += take();
        return !out.empty() && out.front() != '.' && out.back() != '.' &&
               out.find("..") == std::string::npos;
    }
    std::string_view text_;
    std::size_t at_ = 0;
};

Query query(std::string from = "user@example.org", std::string helo = "mail.example.org") {
    return {.client = *IpAddress::parse("192.0.2.1"),
            .mail_from = std::move(from),
            .helo = std::move(helo),
            .receiver = "mx.example.com"};
}
Verdict verdict(Status status = Status::Pass) {
    return {.status = status, .domain = "example.org", .mechanism = "ip4:192.0.2.0/24"};
}

TEST(ReceivedSpf, CarriesWhatAReaderNeeds) {
    EXPECT_EQ(format_received_spf(query(), verdict()), " pass (the domain permits the client)\r\n"
                                                       "\treceiver=mx.example.com;\r\n"
                                                       "\tidentity=mailfrom;\r\n"
                                                       "\tclient-ip=192.0.2.1;\r\n"
                                                       "\tenvelope-from=\"user@example.org\";\r\n"
                                                       "\thelo=mail.example.org;\r\n"
                                                       "\tmechanism=\"ip4:192.0.2.0/24\"");
}
TEST(ReceivedSpf, OfAHeloHasNoEnvelopeSender) {
    Verdict of_helo = verdict();
    of_helo.identity = Identity::Helo;
    const std::string value = format_received_spf(query(), of_helo);
    EXPECT_THAT(value, HasSubstr("identity=helo;"));
    EXPECT_THAT(value, testing::Not(HasSubstr("envelope-from")));
}
TEST(ReceivedSpf, QuotesIp6Addresses) {
    Query of_ip6 = query();
    of_ip6.client = *IpAddress::parse("2001:db8::1");
    EXPECT_THAT(format_received_spf(of_ip6, verdict()), HasSubstr("client-ip=\"2001:db8::1\";"));
}
TEST(ReceivedSpf, TellsTheProblemOfAnError) {
    Verdict failed{.status = Status::PermError, .problem = "\"a:x\": a domain; bad"};
    const std::string value = format_received_spf(query(), failed);
    EXPECT_THAT(value, HasSubstr(" permerror ("));
    EXPECT_THAT(value, HasSubstr("problem=\"\\\"a:x\\\": a domain; bad\""));
}

struct Hostile {
    const char* name;
    std::string text;
};
class ReceivedSpfOf : public testing::TestWithParam<Hostile> {};
TEST_P(ReceivedSpfOf, CannotBeBrokenOutOf) {
    const std::string& text = GetParam().text;
    Query asked = query(text, text);
    asked.receiver = text;
    Verdict found = verdict(Status::Fail);
    found.mechanism = text;
    found.problem = text;
    const std::string value = format_received_spf(asked, found);
    const auto reading = StrictReader(value).read();
    ASSERT_TRUE(reading.has_value()) << value;
    std::string shown = text.substr(0, 320);
    for (char& c : shown)
        if (c < 0x20 || c > 0x7e) c = '?';
    if (text.size() > 320) shown += "...";
    using Pair = std::pair<std::string, std::string>;
    std::vector<Pair> expected{{"receiver", text.empty() ? "unknown" : shown},
                               {"identity", "mailfrom"},
                               {"client-ip", "192.0.2.1"},
                               {"envelope-from", text.empty() ? "<>" : shown},
                               {"helo", shown}};
    if (!text.empty()) {
        expected.emplace_back("mechanism", shown);
        expected.emplace_back("problem", shown);
    }
    EXPECT_EQ(reading->pairs, expected);
    EXPECT_EQ(reading->result, "fail");
    std::size_t line = 0;
    for (const char c : "Received-SPF:" + value) {
        line = c == '\n' ? 0 : line + 1;
        EXPECT_LE(line, 998U);
    }
}
INSTANTIATE_TEST_SUITE_P(
    Values, ReceivedSpfOf,
    testing::Values(Hostile{"empty", ""}, Hostile{"pair", "a; identity=helo"},
                    Hostile{"quote", "\"; x=y; z=\""}, Hostile{"backslash", "a\\"},
                    Hostile{"backslash_quote", "\\\"; x=\"y"},
                    Hostile{"local_part_in_quotes", "\"; x=y\"@example.org"},
                    Hostile{"line_end", "a\r\nReceived-SPF: pass"}, Hostile{"fold", "a\r\n b"},
                    Hostile{"nul", std::string("a\0b", 3)}, Hostile{"comment", "a (b"},
                    Hostile{"close", ") pass ("}, Hostile{"above_ascii", "j\xC3\xBCrgen@\xFF"},
                    Hostile{"del", "a\x7f"}, Hostile{"dots", "a..b"}, Hostile{"dot_last", "a."},
                    Hostile{"dot_first", ".a"}, Hostile{"spaces", "   "},
                    Hostile{"long", std::string(100000, 'x')},
                    Hostile{"long_quotes", std::string(2000, '"')},
                    Hostile{"long_backslashes", std::string(2001, '\\')}),
    name_of);

TEST(ReceivedSpf, EveryStatusHasItsWordAndItsComment) {
    for (const Status status : {Status::None, Status::Neutral, Status::Pass, Status::Fail,
                                Status::SoftFail, Status::TempError, Status::PermError}) {
        const auto reading = StrictReader(format_received_spf(query(), verdict(status))).read();
        ASSERT_TRUE(reading.has_value()) << to_string(status);
        EXPECT_EQ(reading->result, to_string(status));
        EXPECT_FALSE(reading->comment.empty());
    }
}

} // namespace
} // namespace postern::spf
