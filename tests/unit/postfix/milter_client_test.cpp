// The client against filters that are slow, rude or broken. That it speaks like Postfix to those
// that are not is measured against the real one (tests/e2e/replay).
#include "common/postfix/milter_client.hpp"
#include "tests/support/name_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

namespace postern::postfix {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::HasSubstr;
using testing_support::name_of;
using Kind = Response::Kind;

class NoMacros final : public Macros {
public:
    [[nodiscard]] std::optional<std::string_view> find(std::string_view) const override {
        return std::nullopt;
    }
};

/// The other end of a socket pair: writes all it has to say at once, whatever it is told.
class Filter {
public:
    explicit Filter(std::string_view bytes) {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
            throw std::runtime_error("socketpair");
        ours_.reset(ends[0]);
        theirs_.reset(ends[1]);
        if (::send(theirs_.get(), bytes.data(), bytes.size(), 0) !=
            static_cast<ssize_t>(bytes.size()))
            throw std::runtime_error("send");
    }
    StreamSocket socket() { return StreamSocket(std::move(ours_)); }
    /// No more will come; what we write still goes somewhere.
    void close_its_end() { (void)::shutdown(theirs_.get(), SHUT_WR); }
    void vanish() { theirs_.reset(); }

private:
    UniqueFd ours_, theirs_;
};

std::string negotiated(std::uint32_t bits = 0) {
    return FrameBuilder(Reply::Negotiate).number32(6).number32(action::kAll).number32(bits).frame();
}
std::string go_on(int times) {
    std::string out;
    while (times-- > 0)
        out += FrameBuilder(Reply::Continue).frame();
    return out;
}

MilterOptions options(DefaultAction action = DefaultAction::TempFail) {
    return {.address = *SocketAddress::parse("unix:/filter"),
            .timeouts = {.connect = 100ms, .command = 100ms, .content = 100ms},
            .default_action = action};
}

/// Up to DATA, with four replies for it in the filter's mouth, then the message.
Response whole(MilterClient& client, Filter& filter, std::vector<Modification>* edits = nullptr) {
    const NoMacros macros;
    const std::vector<std::string> address{"<a@b>"};
    client.open(filter.socket());
    Response response = client.connect({.name = "h", .address = "127.0.0.1"}, macros);
    if (response.none()) response = client.helo("h", macros);
    if (response.none()) response = client.mail(address, macros);
    if (response.none()) response = client.rcpt(address, macros);
    if (response.none()) response = client.data(macros);
    if (response.none())
        response =
            client.message(parse_message("A: b\n\nbody\n"), macros, [&](const Modification& edit) {
                if (edits != nullptr) edits->push_back(edit);
            });
    return response;
}

struct Broken {
    const char* name;
    std::string bytes; ///< all that the filter ever says, then it closes its end
    std::string_view says;
};
class BrokenFilter : public testing::TestWithParam<Broken> {};
TEST_P(BrokenFilter, GetsTheDefaultActionAndIsExplained) {
    Filter filter(GetParam().bytes);
    filter.close_its_end();
    MilterClient client(options());
    const Response response = whole(client, filter);
    EXPECT_EQ(response.kind, Kind::Reply);
    EXPECT_TRUE(response.text.starts_with("451 4.")) << response.text;
    EXPECT_THAT(client.error(), HasSubstr("unix:/filter: "));
    EXPECT_THAT(client.error(), HasSubstr(GetParam().says));
    client.abort();
    client.quit();
}
INSTANTIATE_TEST_SUITE_P(
    Table, BrokenFilter,
    testing::Values(
        Broken{"says_nothing", "", "waiting for the answer to SMFIC_OPTNEG: the filter closed"},
        Broken{"half_a_header", "\0\0"s, "in the middle of a frame (2 octets"},
        Broken{"half_a_frame", "\0\0\0\x0dO\0\0"s, "in the middle of a frame (7 octets"},
        Broken{"length_0", "\0\0\0\0"s, "frame of length 0"},
        Broken{"length_4_gib", "\xff\xff\xff\xff"s, "expected at most 16777216"},
        Broken{"no_negotiation", go_on(9), "expected SMFIC_OPTNEG"},
        Broken{"future_version",
               FrameBuilder(Reply::Negotiate).number32(7).number32(0).number32(0).frame(),
               "protocol version 7"},
        Broken{"gone_after_negotiation", negotiated(),
               "answer to SMFIC_CONNECT: the filter closed"},
        Broken{"gone_before_the_end", negotiated() + go_on(8), "answer to SMFIC_BODYEOB"},
        Broken{"negotiates_again", negotiated() + negotiated(), "unexpected SMFIC_OPTNEG"},
        Broken{"http", "HTTP/1.1 400 Bad Request\r\n\r\n", "frame of length 1213486160"},
        Broken{"body_twice",
               negotiated() + go_on(8) + FrameBuilder(Reply::ReplaceBody).raw("x").frame() +
                   FrameBuilder(Reply::AddHeader).string("A").string("b").frame() +
                   FrameBuilder(Reply::ReplaceBody).raw("y").frame() + go_on(1),
               "expected all chunks of the new body in a row"}),
    name_of);

TEST(MilterClient, DoesNotWaitForEver) {
    Filter filter(negotiated());
    MilterClient client(options());
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(whole(client, filter).text, "451 4.7.1 Service unavailable - try again later");
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_THAT(client.error(), HasSubstr("no answer for 100 ms"));
}

TEST(MilterClient, SurvivesAFilterThatVanishes) {
    Filter filter(negotiated(protocol::kNoReplyConnect | protocol::kNoReplyHelo));
    MilterClient client(options());
    const NoMacros macros;
    client.open(filter.socket());
    filter.vanish();
    EXPECT_TRUE(client.connect({.name = "h", .address = "127.0.0.1"}, macros).none());
    EXPECT_TRUE(client.helo("h", macros).none());
    EXPECT_FALSE(client.mail(std::vector<std::string>{"<a@b>"}, macros).none());
    EXPECT_THAT(client.error(), HasSubstr("SMFIC_MAIL"));
}

struct Action {
    const char* name;
    DefaultAction action;
    Response response;
};
class DefaultActionOf : public testing::TestWithParam<Action> {};
TEST_P(DefaultActionOf, AFilterThatIsDown) {
    MilterOptions down = options(GetParam().action);
    down.address.path = "/nonexistent/postern";
    MilterClient client(down);
    client.open();
    EXPECT_THAT(client.error(), HasSubstr("cannot connect to unix:/nonexistent/postern"));
    const NoMacros macros;
    EXPECT_EQ(client.connect({.name = "h", .address = "127.0.0.1"}, macros), GetParam().response);
    EXPECT_EQ(client.message({}, macros, {}), GetParam().response);
}
INSTANTIATE_TEST_SUITE_P(
    Table, DefaultActionOf,
    testing::Values(
        Action{"tempfail",
               DefaultAction::TempFail,
               {Kind::Reply, "451 4.7.1 Service unavailable - try again later"}},
        Action{"reject", DefaultAction::Reject, {Kind::Reply, "550 5.5.0 Service unavailable"}},
        Action{"accept", DefaultAction::Accept, {}},
        Action{"quarantine", DefaultAction::Quarantine, {Kind::Hold, ""}}),
    name_of);

TEST(MilterClient, JoinsTheChunksOfANewBody) {
    Filter filter(negotiated() + go_on(8) + FrameBuilder(Reply::ReplaceBody).raw("one ").frame() +
                  FrameBuilder(Reply::Progress).frame() +
                  FrameBuilder(Reply::AddHeader).string("A").string("b").frame() + go_on(1));
    MilterClient client(options());
    std::vector<Modification> edits;
    EXPECT_TRUE(whole(client, filter, &edits).none()) << client.error();
    ASSERT_EQ(edits.size(), 2U);
    EXPECT_EQ(edits[0].type, Modification::Type::ReplaceBody);
    EXPECT_EQ(edits[0].value, "one ");
    EXPECT_EQ(edits[1].separator, " ");
}

TEST(MilterClient, StopsAFilterThatEditsForEver) {
    std::string bytes = negotiated() + go_on(8);
    for (int i = 0; i < 100; ++i)
        bytes += FrameBuilder(Reply::AddHeader).string("A").string(std::string(100, 'x')).frame();
    Filter filter(bytes);
    MilterOptions few = options();
    few.max_edits = 5000;
    MilterClient client(few);
    EXPECT_FALSE(whole(client, filter).none());
    EXPECT_THAT(client.error(), HasSubstr("modifications of more than 5000 octets"));
}

TEST(MilterClient, RemembersARejectedConnection) {
    Filter filter(negotiated() +
                  FrameBuilder(Reply::ReplyCode).string("550 5.7.1 go away").frame());
    MilterClient client(options());
    EXPECT_EQ(whole(client, filter), (Response{Kind::Reply, "550 5.7.1 go away"}));
    const NoMacros macros;
    EXPECT_EQ(client.mail(std::vector<std::string>{"<a@b>"}, macros).text, "550 5.7.1 go away");
    EXPECT_EQ(client.error(), "");
}

TEST(MilterClient, HoldsAQuarantinedMessage) {
    Filter filter(negotiated() + go_on(8) + FrameBuilder(Reply::Quarantine).string("odd").frame() +
                  go_on(1));
    MilterClient client(options());
    std::vector<Modification> edits;
    EXPECT_EQ(whole(client, filter, &edits).kind, Kind::Hold);
    ASSERT_EQ(edits.size(), 1U);
    EXPECT_EQ(edits[0].value, "odd");
}

} // namespace
} // namespace postern::postfix
