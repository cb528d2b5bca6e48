// One question at servers that behave, and at those that do not: what comes of it, and what it may
// cost at most.
#include "common/dns/udp_resolver.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/dns/misbehaving_server.hpp"
#include "tests/unit/dns/packet.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <set>

namespace postern::dns {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing_support::Bytes;
using testing_support::MisbehavingServer;
using testing_support::name_of;
using testing_support::PacketWriter;
using Query = MisbehavingServer::Query;
using Replies = std::vector<MisbehavingServer::Sent>;
using Tcp = MisbehavingServer::Tcp;

constexpr milliseconds kTry = 150ms;
constexpr milliseconds kSlack = 250ms; ///< for two busy cores and sanitizers
constexpr std::uint16_t kServFail = PacketWriter::kReply | 2, kRefused = PacketWriter::kReply | 5,
                        kFormErr = PacketWriter::kReply | 1;

struct Asked {
    std::vector<Answer> answers;
    milliseconds took{};
    [[nodiscard]] const Answer& answer() const { return answers.at(0); }
};

std::unique_ptr<UdpResolver> resolver_of(UdpOptions options) {
    auto resolver = UdpResolver::create(std::move(options));
    if (!resolver) throw std::runtime_error(resolver.error().message);
    return std::move(*resolver);
}

Asked ask(UdpResolver& resolver, const std::vector<Question>& questions,
          milliseconds deadline = 5s) {
    const auto begin = steady_clock::now();
    Asked asked{.answers = resolver.ask(questions, {.at = begin + deadline})};
    asked.took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
    return asked;
}

Asked ask_for_host(std::vector<SocketAddress> servers, milliseconds deadline = 5s) {
    const auto resolver = resolver_of({.servers = std::move(servers), .timeout = kTry});
    return ask(*resolver, {{"host.test", RecordType::A}}, deadline);
}

/// 192.0.2.1, as every honest server here answers.
Bytes good_reply(const Bytes& query, std::uint16_t flags = PacketWriter::kReply) {
    return PacketWriter(query, flags)
        .answer(testing_support::asked_name(query), 1, 60, testing_support::a_data(192, 0, 2, 1))
        .bytes();
}

/// 192.0.2.66: what a forger would like to be believed.
Bytes forged_reply(const Bytes& query, std::uint16_t flags = PacketWriter::kReply) {
    return PacketWriter(query, flags)
        .answer(testing_support::asked_name(query), 1, 60, testing_support::a_data(192, 0, 2, 66))
        .bytes();
}

Replies good(const Query& query) {
    const Bytes reply = good_reply(query.packet);
    return {{.bytes = query.tcp ? testing_support::framed(reply) : reply}};
}

Replies code(const Query& query, std::uint16_t flags) {
    return {{.bytes = PacketWriter(query.packet, flags).bytes()}};
}

void expect_good(const Answer& answer) {
    EXPECT_EQ(answer.outcome, Outcome::Records) << answer.why;
    EXPECT_EQ(answer.records, std::vector<Record>{{.address = IpAddress::parse("192.0.2.1")}});
    EXPECT_EQ(answer.ttl, 60s);
}

// ---- a server that behaves --------------------------------------------------------------------

TEST(Exchange, AQuestionHasItsAnswer) {
    MisbehavingServer server(good);
    expect_good(ask_for_host({server.address()}).answer());
    ASSERT_EQ(server.seen().size(), 1U);
    EXPECT_TRUE(testing_support::has_opt(server.seen()[0].packet));
}

TEST(Exchange, FortyQuestionsCostOneRoundTrip) {
    MisbehavingServer server([](const Query& query) {
        return Replies{{.bytes = good_reply(query.packet), .delay = 100ms}};
    });
    std::vector<Question> questions;
    for (int i = 0; i < 40; ++i)
        questions.push_back({"h" + std::to_string(i) + ".test", RecordType::A});
    const auto resolver = resolver_of({.servers = {server.address()}});
    const Asked asked = ask(*resolver, questions);
    for (const Answer& answer : asked.answers)
        expect_good(answer);
    EXPECT_LT(asked.took, 200ms);
    std::set<std::uint16_t> ports, ids;
    for (const Query& query : server.seen()) {
        ports.insert(query.port);
        ids.insert(static_cast<std::uint16_t>((query.packet[0] << 8U) | query.packet[1]));
    }
    EXPECT_EQ(ports.size(), 40U) << "each has a socket of its own";
    EXPECT_GT(ids.size(), 35U) << "and an id by chance: two in 40 may be equal";
}

TEST(Exchange, OpensNoMoreSocketsThanAllowed) {
    MisbehavingServer server([](const Query& query) {
        return Replies{{.bytes = good_reply(query.packet), .delay = 20ms}};
    });
    std::vector<Question> questions;
    for (int i = 0; i < 40; ++i)
        questions.push_back({"h" + std::to_string(i) + ".test", RecordType::A});
    const auto resolver = resolver_of({.servers = {server.address()}, .sockets = 10});
    const Asked asked = ask(*resolver, questions);
    for (const Answer& answer : asked.answers)
        expect_good(answer);
    EXPECT_GE(asked.took, 80ms) << "four rounds of ten";
}

TEST(Exchange, EqualQuestionsCostOne) {
    MisbehavingServer server(good);
    const auto resolver = resolver_of({.servers = {server.address()}});
    const Asked asked = ask(
        *resolver,
        {{"host.test", RecordType::A}, {"HOST.test", RecordType::A}, {"host.test", RecordType::A}});
    for (const Answer& answer : asked.answers)
        expect_good(answer);
    EXPECT_EQ(server.seen().size(), 1U);
}

TEST(Exchange, NamesThatCannotBeAskedDoNotExist) {
    MisbehavingServer server(good);
    const auto resolver = resolver_of({.servers = {server.address()}});
    const Asked asked = ask(*resolver, {{"a..test", RecordType::A},
                                        {std::string(64, 'a') + ".test", RecordType::A},
                                        {".test", RecordType::A}});
    for (const Answer& answer : asked.answers)
        EXPECT_EQ(answer.outcome, Outcome::NxDomain);
    EXPECT_TRUE(server.seen().empty());
}

TEST(Exchange, NoQuestionsNoAnswers) {
    const auto resolver = resolver_of({.servers = {testing_support::closed_port()}});
    EXPECT_TRUE(ask(*resolver, {}).answers.empty());
}

TEST(Exchange, TheNameMayComeBackInAnotherCase) {
    MisbehavingServer server([](const Query& query) {
        Bytes reply = PacketWriter(query.packet)
                          .answer("HoSt.TEST", 1, 60, testing_support::a_data(192, 0, 2, 1))
                          .bytes();
        reply[13] = 'H'; // the first letter of the question
        return Replies{{.bytes = reply}};
    });
    expect_good(ask_for_host({server.address()}).answer());
}

TEST(Exchange, AnAliasShownWithoutItsTargetIsAskedOn) {
    MisbehavingServer server([](const Query& query) {
        if (testing_support::asked_name(query.packet) == "there.test") return good(query);
        return Replies{
            {.bytes = PacketWriter(query.packet)
                          .answer("host.test", 5, 30, testing_support::wire_name("there.test"))
                          .bytes()}};
    });
    const Answer answer = ask_for_host({server.address()}).answer();
    EXPECT_EQ(answer.outcome, Outcome::Records) << answer.why;
    EXPECT_EQ(answer.ttl, 30s);
    EXPECT_EQ(server.seen().size(), 2U);
}

TEST(Exchange, AliasesWithoutEndCostABoundedNumberOfQuestions) {
    MisbehavingServer server([](const Query& query) {
        const std::string name = testing_support::asked_name(query.packet);
        return Replies{{.bytes = PacketWriter(query.packet)
                                     .answer(name, 5, 30, testing_support::wire_name("x" + name))
                                     .bytes()}};
    });
    const Asked asked = ask_for_host({server.address()});
    EXPECT_EQ(asked.answer().outcome, Outcome::ServFail);
    EXPECT_THAT(asked.answer().why, HasSubstr("further questions"));
    EXPECT_EQ(server.seen().size(), 9U) << "the question and eight further ones";
}

// ---- what is no answer is not looked at -------------------------------------------------------

struct ForeignCase {
    const char* name;
    std::function<Bytes(const Bytes& query)> packet;
};
class Foreign : public testing::TestWithParam<ForeignCase> {};

TEST_P(Foreign, PacketsAreIgnoredUntilTheAnswerComes) {
    MisbehavingServer server([](const Query& query) {
        return Replies{{.bytes = GetParam().packet(query.packet)},
                       {.bytes = good_reply(query.packet), .delay = 20ms}};
    });
    expect_good(ask_for_host({server.address()}).answer());
    EXPECT_EQ(server.seen().size(), 1U) << "the try went on";
}

TEST_P(Foreign, PacketsAloneAreNoAnswer) {
    MisbehavingServer server(
        [](const Query& query) { return Replies{{.bytes = GetParam().packet(query.packet)}}; });
    const Asked asked = ask_for_host({server.address()});
    EXPECT_EQ(asked.answer().outcome, Outcome::Timeout);
    EXPECT_THAT(asked.answer().why, HasSubstr(server.name() + ": no answer"));
    EXPECT_GE(asked.took, 2 * kTry);
    EXPECT_LT(asked.took, 2 * kTry + kSlack);
}

Bytes with_octet(Bytes packet, std::size_t at, unsigned flip) {
    packet[at] = static_cast<std::uint8_t>(packet[at] ^ flip);
    return packet;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Foreign,
    testing::Values(
        ForeignCase{"wrong_id", [](const Bytes& q) { return with_octet(forged_reply(q), 0, 1); }},
        ForeignCase{"wrong_name",
                    [](const Bytes& q) { return with_octet(forged_reply(q), 13, 2); }},
        ForeignCase{"wrong_type",
                    [](const Bytes& q) {
                        return with_octet(forged_reply(q), testing_support::question_end(q) - 3, 2);
                    }},
        ForeignCase{"wrong_class",
                    [](const Bytes& q) {
                        return with_octet(forged_reply(q), testing_support::question_end(q) - 1, 2);
                    }},
        ForeignCase{"a_query", [](const Bytes& q) { return forged_reply(q, 0x0100); }},
        ForeignCase{"the_query_itself", [](const Bytes& q) { return q; }},
        ForeignCase{"wrong_opcode", [](const Bytes& q) { return forged_reply(q, 0xA180); }},
        ForeignCase{"no_question",
                    [](const Bytes& q) { return with_octet(forged_reply(q), 5, 1); }},
        ForeignCase{"servfail_without_question",
                    [](const Bytes& q) {
                        Bytes packet = with_octet(PacketWriter(q, kServFail).bytes(), 5, 1);
                        packet.resize(12);
                        return packet;
                    }},
        ForeignCase{"two_questions",
                    [](const Bytes& q) { return with_octet(forged_reply(q), 5, 3); }},
        ForeignCase{"empty", [](const Bytes&) { return Bytes(); }},
        ForeignCase{"one_octet", [](const Bytes& q) { return Bytes(q.begin(), q.begin() + 1); }},
        ForeignCase{"half_a_header",
                    [](const Bytes& q) {
                        const Bytes reply = forged_reply(q);
                        return Bytes(reply.begin(), reply.begin() + 7);
                    }},
        ForeignCase{"header_without_the_question_it_counts",
                    [](const Bytes& q) {
                        const Bytes reply = forged_reply(q);
                        return Bytes(reply.begin(), reply.begin() + 12);
                    }},
        ForeignCase{"garbage", [](const Bytes&) { return Bytes(1200, 0xC0); }},
        ForeignCase{"far_too_long", [](const Bytes&) { return Bytes(60000, 0x01); }}),
    name_of);

TEST(Exchange, OtherPortsOfTheSameHostAreNotHeard) {
    MisbehavingServer server([](const Query& query) {
        return Replies{{.bytes = forged_reply(query.packet), .from_elsewhere = true},
                       {.bytes = good_reply(query.packet), .delay = 20ms}};
    });
    expect_good(ask_for_host({server.address()}).answer());
}

TEST(Exchange, AFloodOfNonsenseCostsNoMoreThanSilence) {
    MisbehavingServer server([](const Query& query) {
        return Replies(3000, {.bytes = with_octet(forged_reply(query.packet), 0, 1)});
    });
    const Asked asked = ask_for_host({server.address()});
    EXPECT_EQ(asked.answer().outcome, Outcome::Timeout);
    EXPECT_LT(asked.took, 2 * kTry + kSlack);
}

// ---- the next server --------------------------------------------------------------------------

struct BadServerCase {
    const char* name;
    MisbehavingServer::Behaviour behaviour;
    const char* why;
    Outcome alone = Outcome::ServFail;
    Tcp tcp = Tcp::Listening;
};
class BadServer : public testing::TestWithParam<BadServerCase> {};

TEST_P(BadServer, GivesWayToTheNext) {
    MisbehavingServer bad(GetParam().behaviour, GetParam().tcp);
    MisbehavingServer next(good);
    const Asked asked = ask_for_host({bad.address(), next.address()});
    expect_good(asked.answer());
    EXPECT_LT(asked.took, 2 * kTry + kSlack) << "one try at the bad one, its TCP at most";
}

TEST_P(BadServer, AloneIsAFailureWithItsReasonInTime) {
    MisbehavingServer bad(GetParam().behaviour, GetParam().tcp);
    const Asked asked = ask_for_host({bad.address()});
    EXPECT_EQ(asked.answer().outcome, GetParam().alone);
    EXPECT_EQ(asked.answer().why, bad.name() + ": " + GetParam().why);
    EXPECT_TRUE(asked.answer().records.empty());
    EXPECT_LT(asked.took, 4 * kTry + kSlack);
}

TEST_P(BadServer, CostsNoMoreThanTheDeadline) {
    MisbehavingServer bad(GetParam().behaviour, GetParam().tcp);
    const auto resolver = resolver_of({.servers = {bad.address(), bad.address()}, .timeout = 10s});
    const Asked asked = ask(*resolver, {{"host.test", RecordType::A}}, 200ms);
    EXPECT_TRUE(asked.answer().is_failure());
    EXPECT_LT(asked.took, 200ms + kSlack);
}

/// Over UDP a truncated reply, over TCP what `octets` makes of it.
MisbehavingServer::Behaviour truncated_then(std::function<Replies(const Query&)> over_tcp) {
    return [over_tcp = std::move(over_tcp)](const Query& query) {
        if (query.tcp) return over_tcp(query);
        return code(query, PacketWriter::kReply | PacketWriter::kTruncated);
    };
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadServer,
    testing::Values(
        BadServerCase{"silent", [](const Query&) { return Replies(); }, "no answer",
                      Outcome::Timeout},
        BadServerCase{"refusing", [](const Query& q) { return code(q, kRefused); }, "REFUSED"},
        BadServerCase{"failing", [](const Query& q) { return code(q, kServFail); }, "SERVFAIL"},
        BadServerCase{"not_implementing",
                      [](const Query& q) { return code(q, PacketWriter::kReply | 4); }, "NOTIMP"},
        BadServerCase{"unknown_code",
                      [](const Query& q) { return code(q, PacketWriter::kReply | 11); },
                      "rcode 11"},
        BadServerCase{"failing_with_an_explanation",
                      [](const Query& q) {
                          return Replies{
                              {.bytes = PacketWriter(q.packet, kServFail).opt(0, 22).bytes()}};
                      },
                      "SERVFAIL (no reachable authority)"},
        BadServerCase{"referring_to_others",
                      [](const Query& q) {
                          return Replies{{.bytes = PacketWriter(q.packet, 0x8100)
                                                       .authority("test", 2, 60,
                                                                  testing_support::wire_name(
                                                                      "ns.elsewhere.test"))
                                                       .bytes()}};
                      },
                      "knows nothing and does not ask others (lame)"},
        BadServerCase{"contradicting_itself",
                      [](const Query& q) {
                          return Replies{
                              {.bytes = forged_reply(q.packet, PacketWriter::kReply | 3)}};
                      },
                      "says NXDOMAIN and has records"},
        BadServerCase{"cut_in_a_record",
                      [](const Query& q) {
                          Bytes reply = forged_reply(q.packet);
                          reply.resize(reply.size() - 2);
                          return Replies{{.bytes = reply}};
                      },
                      "reply not well-formed"},
        BadServerCase{
            "address_of_three_octets",
            [](const Query& q) {
                return Replies{
                    {.bytes =
                         PacketWriter(q.packet).answer("host.test", 1, 60, {192, 0, 2}).bytes()}};
            },
            "reply not well-formed"},
        BadServerCase{"name_that_points_to_itself",
                      [](const Query& q) {
                          Bytes reply = good_reply(q.packet);
                          const std::size_t owner = testing_support::question_end(q.packet);
                          reply[owner] = 0xC0;
                          reply[owner + 1] = static_cast<std::uint8_t>(owner);
                          const auto name = reply.begin() + static_cast<std::ptrdiff_t>(owner);
                          reply.erase(name + 2, name + 11);
                          return Replies{{.bytes = reply}};
                      },
                      "reply not well-formed"},
        BadServerCase{"truncating_without_tcp",
                      truncated_then([](const Query&) { return Replies(); }),
                      "TCP: Connection refused", Outcome::ServFail, Tcp::Refused},
        BadServerCase{"silent_over_tcp", truncated_then([](const Query&) {
                          return Replies{{.bytes = {0}, .delay = 5s}};
                      }),
                      "TCP: no whole answer in time", Outcome::Timeout},
        BadServerCase{"closing_tcp", truncated_then([](const Query&) { return Replies(); }),
                      "TCP: connection closed before the reply was whole"},
        BadServerCase{"closing_tcp_within_the_length",
                      truncated_then([](const Query&) { return Replies{{.bytes = {0}}}; }),
                      "TCP: connection closed before the reply was whole"},
        BadServerCase{"empty_over_tcp", truncated_then([](const Query&) {
                          return Replies{{.bytes = {0, 0}}, {.bytes = {}, .delay = 50ms}};
                      }),
                      "TCP: reply not well-formed"},
        BadServerCase{
            "garbage_over_tcp", truncated_then([](const Query&) {
                return Replies{{.bytes = Bytes(1000, 0x01)}, {.bytes = {}, .delay = 50ms}};
            }),
            "TCP: reply not well-formed"},
        BadServerCase{"truncating_over_tcp_as_well", truncated_then([](const Query& q) {
                          return Replies{
                              {.bytes = testing_support::framed(good_reply(
                                   q.packet, PacketWriter::kReply | PacketWriter::kTruncated))},
                              {.bytes = {}, .delay = 50ms}};
                      }),
                      "TCP: reply not well-formed"},
        BadServerCase{"wrong_id_over_tcp", truncated_then([](const Query& q) {
                          return Replies{{.bytes = testing_support::framed(
                                              with_octet(forged_reply(q.packet), 0, 1))},
                                         {.bytes = {}, .delay = 50ms}};
                      }),
                      "TCP: reply not well-formed"},
        BadServerCase{"dripping_over_tcp", truncated_then([](const Query& q) {
                          Replies drops;
                          milliseconds at{0};
                          for (const std::uint8_t octet :
                               testing_support::framed(good_reply(q.packet)))
                              drops.push_back({.bytes = {octet}, .delay = at += 20ms});
                          return drops;
                      }),
                      "TCP: no whole answer in time", Outcome::Timeout}),
    name_of);

TEST(Exchange, AServerThatIsNotThereCostsNothing) {
    MisbehavingServer next(good);
    const Asked asked = ask_for_host({testing_support::closed_port(), next.address()});
    expect_good(asked.answer());
    EXPECT_LT(asked.took, kTry);
}

TEST(Exchange, NobodyThereIsAFailureAtOnce) {
    const Asked asked = ask_for_host({testing_support::closed_port()});
    EXPECT_EQ(asked.answer().outcome, Outcome::ServFail);
    EXPECT_THAT(asked.answer().why, HasSubstr("Connection refused"));
    EXPECT_LT(asked.took, kTry);
}

TEST(Exchange, EveryServerIsNamedWithItsReason) {
    MisbehavingServer refusing([](const Query& q) { return code(q, kRefused); });
    MisbehavingServer silent([](const Query&) { return Replies(); });
    const Asked asked = ask_for_host({refusing.address(), silent.address()});
    EXPECT_EQ(asked.answer().outcome, Outcome::ServFail);
    EXPECT_EQ(asked.answer().why, refusing.name() + ": REFUSED; " + silent.name() + ": no answer");
    EXPECT_EQ(refusing.seen().size(), 2U);
    EXPECT_EQ(silent.seen().size(), 2U);
}

TEST(Exchange, EachServerHasItsChanceBeforeTheDeadline) {
    MisbehavingServer silent([](const Query&) { return Replies(); });
    MisbehavingServer next(good);
    const auto resolver =
        resolver_of({.servers = {silent.address(), next.address()}, .timeout = 10s});
    expect_good(ask(*resolver, {{"host.test", RecordType::A}}, 400ms).answer());
}

// ---- TCP and EDNS -----------------------------------------------------------------------------

TEST(Exchange, TruncatedAnswersComeOverTcp) {
    MisbehavingServer server(truncated_then(good));
    expect_good(ask_for_host({server.address()}).answer());
    ASSERT_EQ(server.seen().size(), 2U);
    EXPECT_TRUE(server.seen()[1].tcp);
}

TEST(Exchange, WhatATruncatedReplyHasIsNotUsed) {
    MisbehavingServer server([](const Query& query) {
        if (query.tcp) return good(query);
        return Replies{
            {.bytes = forged_reply(query.packet, PacketWriter::kReply | PacketWriter::kTruncated)}};
    });
    expect_good(ask_for_host({server.address()}).answer());
}

TEST(Exchange, AnswersOverTcpMayComeInPiecesAndBe65535OctetsLong) {
    MisbehavingServer server(truncated_then([](const Query& query) {
        PacketWriter reply(query.packet);
        // Records of 25 octets, then one of a private type that fills the rest to the octet.
        while (reply.bytes().size() < 65000)
            reply.answer("host.test", 1, 60, testing_support::a_data(192, 0, 2, 1));
        const std::size_t rest = 65535 - reply.bytes().size() - 21;
        reply.answer("host.test", 65280, 60, Bytes(rest, 'x'));
        const Bytes whole = testing_support::framed(reply.bytes());
        const auto cut = whole.begin() + 1;
        const auto half = whole.begin() + 30000;
        return Replies{{.bytes = Bytes(whole.begin(), cut)},
                       {.bytes = Bytes(cut, half), .delay = 10ms},
                       {.bytes = Bytes(half, whole.end()), .delay = 20ms}};
    }));
    const auto resolver = resolver_of({.servers = {server.address()}});
    const Answer answer = ask(*resolver, {{"host.test", RecordType::A}}).answer();
    EXPECT_EQ(answer.outcome, Outcome::Records) << answer.why;
    EXPECT_GT(answer.records.size(), 2500U);
}

TEST(Exchange, MoreThanOfferedOverUdpIsTakenIfItIsWhole) {
    MisbehavingServer server([](const Query& query) {
        PacketWriter reply(query.packet);
        for (int i = 0; i < 300; ++i)
            reply.answer("host.test", 1, 60, testing_support::a_data(192, 0, 2, 1));
        return Replies{{.bytes = reply.bytes()}};
    });
    const Answer answer = ask_for_host({server.address()}).answer();
    EXPECT_EQ(answer.records.size(), 300U) << answer.why;
}

struct NoEdnsCase {
    const char* name;
    std::function<Bytes(const Bytes& query)> refusal;
};
class NoEdns : public testing::TestWithParam<NoEdnsCase> {};

TEST_P(NoEdns, IsAskedAgainWithout) {
    MisbehavingServer server([](const Query& query) {
        if (!testing_support::has_opt(query.packet)) return good(query);
        return Replies{{.bytes = GetParam().refusal(query.packet)}};
    });
    const Asked asked = ask_for_host({server.address()});
    expect_good(asked.answer());
    EXPECT_EQ(server.seen().size(), 2U);
    EXPECT_LT(asked.took, kTry);
}

INSTANTIATE_TEST_SUITE_P(
    Table, NoEdns,
    testing::Values(
        NoEdnsCase{"formerr", [](const Bytes& q) { return PacketWriter(q, kFormErr).bytes(); }},
        NoEdnsCase{"formerr_without_question",
                   [](const Bytes& q) {
                       Bytes reply = PacketWriter(q, kFormErr).bytes();
                       reply.resize(12);
                       reply[5] = 0;
                       return reply;
                   }},
        NoEdnsCase{
            "notimp",
            [](const Bytes& q) { return PacketWriter(q, PacketWriter::kReply | 4).bytes(); }},
        NoEdnsCase{"badvers", [](const Bytes& q) { return PacketWriter(q).opt(1).bytes(); }}),
    name_of);

TEST(Exchange, AServerThatTakesNeitherFormIsBad) {
    MisbehavingServer server([](const Query& query) { return code(query, kFormErr); });
    const Asked asked = ask_for_host({server.address()});
    EXPECT_EQ(asked.answer().outcome, Outcome::ServFail);
    EXPECT_EQ(server.seen().size(), 4U) << "two tries of two forms";
}

TEST(Exchange, EdnsCanBeLeftOut) {
    MisbehavingServer server(good);
    const auto resolver = resolver_of({.servers = {server.address()}, .edns_size = 0});
    expect_good(ask(*resolver, {{"host.test", RecordType::A}}).answer());
    EXPECT_FALSE(testing_support::has_opt(server.seen().at(0).packet));
}

// ---- DNSSEC by way of the server --------------------------------------------------------------

class ExtendedError : public testing::TestWithParam<int> {};

TEST_P(ExtendedError, OfDnssecIsBogusAndFinal) {
    MisbehavingServer validating([](const Query& query) {
        return Replies{{.bytes = PacketWriter(query.packet, kServFail).opt(0, GetParam()).bytes()}};
    });
    MisbehavingServer next(good);
    const Asked asked = ask_for_host({validating.address(), next.address()});
    const bool dnssec = GetParam() >= 5 && GetParam() <= 12; // RFC 8914 4.6 to 4.13
    EXPECT_EQ(asked.answer().outcome, dnssec ? Outcome::Bogus : Outcome::Records);
    EXPECT_EQ(next.seen().empty(), dnssec) << "a server that does not validate is no way out";
    if (!dnssec) return;
    EXPECT_THAT(asked.answer().why, HasSubstr(validating.name() + ": SERVFAIL ("));
}

INSTANTIATE_TEST_SUITE_P(Codes, ExtendedError, testing::Range(0, 25));

TEST(Exchange, ExtendedErrorsOfOtherAnswersAreNoFailure) {
    MisbehavingServer server([](const Query& query) {
        return Replies{
            {.bytes = PacketWriter(query.packet)
                          .answer("host.test", 1, 60, testing_support::a_data(192, 0, 2, 1))
                          .opt(0, 7)
                          .bytes()}};
    });
    expect_good(ask_for_host({server.address()}).answer());
}

TEST(Exchange, AuthenticatedIsBelievedAsConfigured) {
    MisbehavingServer server([](const Query& query) {
        return Replies{{.bytes = good_reply(query.packet,
                                            PacketWriter::kReply | PacketWriter::kAuthenticated)}};
    });
    for (const auto& [trust, expected] :
         {std::pair{TrustAd::LoopbackOnly, true}, std::pair{TrustAd::Always, true},
          std::pair{TrustAd::Never, false}}) {
        const auto resolver = resolver_of({.servers = {server.address()}, .trust_ad = trust});
        EXPECT_EQ(ask(*resolver, {{"host.test", RecordType::A}}).answer().authenticated, expected);
    }
    EXPECT_EQ(server.seen().at(0).packet[3] & 0x20, 0x20) << "AD is asked for (RFC 6840 5.7)";
}

// ---- the deadline -----------------------------------------------------------------------------

TEST(Exchange, NothingIsAskedAfterTheDeadline) {
    MisbehavingServer server(good);
    const auto resolver = resolver_of({.servers = {server.address()}});
    const Asked asked = ask(*resolver, {{"host.test", RecordType::A}}, -1ms);
    EXPECT_EQ(asked.answer().outcome, Outcome::Timeout);
    EXPECT_EQ(asked.answer().why, "not asked before the deadline");
    EXPECT_TRUE(server.seen().empty());
}

TEST(Exchange, WhatCameBeforeTheDeadlineIsKept) {
    MisbehavingServer server([](const Query& query) {
        if (testing_support::asked_name(query.packet) == "host.test") return good(query);
        return Replies();
    });
    const auto resolver = resolver_of({.servers = {server.address()}});
    const Asked asked =
        ask(*resolver, {{"slow.test", RecordType::A}, {"host.test", RecordType::A}}, 200ms);
    EXPECT_EQ(asked.answers[0].outcome, Outcome::Timeout);
    EXPECT_EQ(asked.answers[0].why, server.name() + ": no answer before the deadline");
    expect_good(asked.answers[1]);
}

TEST(Exchange, WhoeverWaitsIsToldOnceASecond) {
    MisbehavingServer server([](const Query&) { return Replies(); });
    const auto resolver = resolver_of({.servers = {server.address()}});
    int told = 0;
    const std::array questions{Question{"host.test", RecordType::A}};
    const auto answers =
        resolver->ask(questions, {.at = steady_clock::now() + 1300ms, .waiting = [&] { ++told; }});
    EXPECT_EQ(answers[0].outcome, Outcome::Timeout);
    EXPECT_EQ(told, 1);
}

// ---- this host --------------------------------------------------------------------------------

TEST(Exchange, NoDescriptorsLeftIsAFailureThatSaysSo) {
    MisbehavingServer server(good);
    const auto resolver = resolver_of({.servers = {server.address()}});
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int lowest_free = ::dup(0);
    ASSERT_GE(lowest_free, 0);
    ::close(lowest_free);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(lowest_free);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    const Asked asked = ask(*resolver, {{"host.test", RecordType::A}});
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(asked.answer().outcome, Outcome::ServFail);
    EXPECT_THAT(asked.answer().why, HasSubstr("Too many open files"));
}

TEST(Exchange, ManyThreadsMayAskAtOnce) {
    MisbehavingServer server([](const Query& query) {
        return Replies{{.bytes = good_reply(query.packet), .delay = 5ms}};
    });
    const auto resolver = resolver_of({.servers = {server.address()}});
    std::vector<std::thread> threads;
    std::atomic<int> answered{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 5; ++n)
                if (ask(*resolver, {{"host.test", RecordType::A}}).answer().outcome ==
                    Outcome::Records)
                    ++answered;
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(answered, 40);
}

TEST(Exchange, OnlyAddressesAreServers) {
    const auto create = [](SocketAddress address) {
        return UdpResolver::create({.servers = {std::move(address)}});
    };
    using Kind = SocketAddress::Kind;
    EXPECT_TRUE(create({.kind = Kind::Inet, .host = "2001:db8::1", .port = 53}));
    EXPECT_TRUE(create({.kind = Kind::Inet, .host = "fe80::1%lo", .port = 53}));
    EXPECT_FALSE(create({.kind = Kind::Inet, .host = "ns.example.org", .port = 53}));
    EXPECT_FALSE(create({.kind = Kind::Inet, .host = "", .port = 53}));
    EXPECT_FALSE(create({.kind = Kind::Unix, .path = "/run/dns"}));
    EXPECT_FALSE(UdpResolver::create({}));
}

} // namespace
} // namespace postern::dns
