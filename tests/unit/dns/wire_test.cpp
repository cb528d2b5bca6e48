// Packets against octets of other implementations: queries as dnspython writes them, replies as nsd
// and unbound sent them (captured on loopback with id 0x1234), and what RFC 1035 lets one write.
#include "common/dns/wire.hpp"
#include "tests/support/name_of.hpp"
#include "tests/unit/dns/packet.hpp"

#include <gmock/gmock.h>

namespace postern::dns {
namespace {

using testing::IsEmpty;
using testing_support::Bytes;
using testing_support::from_hex;
using testing_support::name_of;
using testing_support::PacketWriter;
using Kind = Reading::Kind;
using namespace std::string_literals;
using namespace std::string_view_literals;

Query query_for(const std::string& name, RecordType type) {
    return {.name = Name::parse(name).value(), .type = type, .id = 0x1234, .edns_size = 1232};
}

Reply reply_in(std::string_view hex, const Query& query) {
    Reading reading = read_reply(from_hex(hex), query);
    EXPECT_EQ(reading.kind, Kind::Reply);
    return std::move(reading.reply);
}

// ---- queries, as dnspython 2.3.0 writes them --------------------------------------------------

TEST(FormatQuery, IsWhatDnspythonWrites) {
    EXPECT_EQ(format_query({.name = Name::parse("s1._domainkey.Example.org").value(),
                            .type = RecordType::TXT,
                            .id = 0x1234,
                            .edns_size = 1232}),
              from_hex("1234012000010000000000010273310a5f646f6d61696e6b6579074578616d706c65036f72"
                       "67000010000100002904d0000000000000"));
}

TEST(FormatQuery, WithoutEdnsAndOfTheRoot) {
    EXPECT_EQ(format_query({.name = Name::parse("").value(),
                            .type = RecordType::NS,
                            .id = 0xfffe,
                            .edns_size = 0}),
              from_hex("fffe012000010000000000000000020001"));
}

TEST(FormatQuery, AnyOctetMayStandInALabel) {
    EXPECT_EQ(format_query({.name = Name::parse("a\\.b\\\\.\0\xff"s).value(),
                            .type = RecordType::A,
                            .id = 1,
                            .edns_size = 4096}),
              from_hex("00010120000100000000000104612e625c0200ff00000100010000291000000000000000"));
}

// ---- replies of real servers ------------------------------------------------------------------

TEST(ReadReply, TextOfNsd) {
    const Reply reply =
        reply_in("12348500000100020001000104686f737404746573740000100001c00c001000010000003c000c0b"
                 "763d73706631202d616c6cc00c001000010000003c000d0474776f2007737472696e677300000200"
                 "010000003c0005026e73c01100002904d0000000000000",
                 query_for("host.test", RecordType::TXT));
    EXPECT_TRUE(reply.authoritative);
    EXPECT_FALSE(reply.recursion_available);
    EXPECT_FALSE(reply.authenticated);
    ASSERT_EQ(reply.answer.size(), 2U);
    EXPECT_EQ(reply.answer[0].value.text, "v=spf1 -all");
    EXPECT_EQ(reply.answer[0].ttl, 60U);
    EXPECT_EQ(reply.answer[1].value.text, "two strings") << "its strings joined";
    ASSERT_EQ(reply.authority.size(), 1U);
    EXPECT_EQ(reply.authority[0].type, RecordType::NS);
    EXPECT_EQ(reply.authority[0].owner.text(), "");
    EXPECT_EQ(reply.authority[0].target->text(), "ns.test");
}

TEST(ReadReply, MailExchangersOfUnbound) {
    const Reply reply =
        reply_in("12348180000100020000000104686f7374047465737400000f0001c00c000f00010000003c001f00"
                 "1401610476657279046c6f6e67046e616d6509656c73657768657265c011c00c000f00010000003c"
                 "0009000a046d61696cc00c00002904d0000000000000",
                 query_for("host.test", RecordType::MX));
    EXPECT_TRUE(reply.recursion_available);
    ASSERT_EQ(reply.answer.size(), 2U);
    EXPECT_EQ(reply.answer[0].value.preference, 20);
    EXPECT_EQ(reply.answer[0].value.text, "a.very.long.name.elsewhere.test");
    EXPECT_EQ(reply.answer[1].value.preference, 10);
    EXPECT_EQ(reply.answer[1].value.text, "mail.host.test");
}

TEST(ReadReply, AliasesOfUnbound) {
    const Reply reply =
        reply_in("12348180000100040000000105616c69617304746573740000010001c00c000500010000003c0009"
                 "06616c69617332c012c028000500010000001e000704686f7374c012c03d000100010000003c0004"
                 "c0000202c03d000100010000003c0004c000020100002904d0000000000000",
                 query_for("alias.test", RecordType::A));
    ASSERT_EQ(reply.answer.size(), 4U);
    EXPECT_EQ(reply.answer[0].target->text(), "alias2.test");
    EXPECT_EQ(reply.answer[1].ttl, 30U);
    EXPECT_EQ(reply.answer[2].value.address, IpAddress::parse("192.0.2.2"));
}

TEST(ReadReply, DnameOfNsd) {
    const Reply reply =
        reply_in("1234850000010003000100010178036f6c6404746573740000100001c00e002700010000003c000a"
                 "036e6577047465737400c00c000500010000003c00080178036e6577c012c03e001000010000003c"
                 "0006056d6f76656400000200010000003c0005026e73c01200002904d0000000000000",
                 query_for("x.old.test", RecordType::TXT));
    ASSERT_EQ(reply.answer.size(), 3U);
    EXPECT_EQ(reply.answer[0].type, RecordType::DNAME);
    EXPECT_EQ(reply.answer[0].owner.text(), "old.test");
    EXPECT_EQ(reply.answer[0].target->text(), "new.test");
}

TEST(ReadReply, NameErrorOfUnbound) {
    const Reply reply =
        reply_in("123481830001000100010001046177617904746573740000010001c00c000500010000003c000a07"
                 "6e6f7768657265c01100000600010000003c0026026e73c0110a686f73746d6173746572c0110000"
                 "000100000e1000000258000151800000003c00002904d0000000000000",
                 query_for("away.test", RecordType::A));
    EXPECT_EQ(reply.rcode, rcode::kNxDomain);
    ASSERT_EQ(reply.authority.size(), 1U);
    EXPECT_EQ(reply.authority[0].type, RecordType::SOA);
    EXPECT_EQ(reply.authority[0].minimum, 60U);
}

TEST(ReadReply, ValidationFailureOfUnbound) {
    const Reply reply =
        reply_in("12348182000100000000000106666f72676564067369676e656404746573740000100001000029"
                 "04d0000000000006000f00020006",
                 query_for("forged.signed.test", RecordType::TXT));
    EXPECT_EQ(reply.rcode, rcode::kServFail);
    EXPECT_EQ(reply.extended_error, 6);
    EXPECT_TRUE(reply.is_bogus());
    EXPECT_EQ(reply.error_text(), "SERVFAIL (DNSSEC bogus)");
}

// ---- what one may write -----------------------------------------------------------------------

class Written : public testing::Test {
protected:
    Query query = query_for("host.test", RecordType::TXT);
    Bytes packet = format_query(query);
};

TEST_F(Written, TextOfAnyOctetsAndEmptyStrings) {
    const Bytes reply =
        PacketWriter(packet)
            .answer("host.test", 16, 60, testing_support::txt_data({"a\0"sv, "", "\xff"}))
            .bytes();
    const Reading reading = read_reply(reply, query);
    ASSERT_EQ(reading.kind, Kind::Reply);
    EXPECT_EQ(reading.reply.answer.at(0).value.text, "a\0\xff"s);
}

TEST_F(Written, DotsWithinLabelsAreEscaped) {
    PacketWriter reply(packet);
    reply.answer("host.test", 5, 60, {3, 'a', '.', 'b', 1, '\\', 0});
    EXPECT_EQ(read_reply(reply.bytes(), query).reply.answer.at(0).value.text, "a\\.b.\\\\");
}

TEST_F(Written, TimesToLiveWithTheHighestBitAreZero) { // RFC 2181 8
    PacketWriter reply(packet);
    reply.answer("host.test", 16, 0x80000001, testing_support::txt_data({"x"}))
        .answer("host.test", 16, 0x7fffffff, testing_support::txt_data({"x"}));
    const Reading reading = read_reply(reply.bytes(), query);
    EXPECT_EQ(reading.reply.answer.at(0).ttl, 0U);
    EXPECT_EQ(reading.reply.answer.at(1).ttl, 0x7fffffffU);
}

TEST_F(Written, OtherTypesAreLeftOut) {
    PacketWriter reply(packet);
    reply.answer("host.test", 46, 60, Bytes(30, 1)).answer("host.test", 65280, 60, {1, 2, 3});
    const Reading reading = read_reply(reply.bytes(), query);
    EXPECT_EQ(reading.kind, Kind::Reply);
    EXPECT_THAT(reading.reply.answer, IsEmpty());
}

TEST_F(Written, OtherClassesAreLeftOut) {
    Bytes reply =
        PacketWriter(packet).answer("host.test", 16, 60, testing_support::txt_data({"x"})).bytes();
    reply[testing_support::question_end(packet) + 11 + 3] = 3; // CHAOS
    const Reading reading = read_reply(reply, query);
    EXPECT_EQ(reading.kind, Kind::Reply);
    EXPECT_THAT(reading.reply.answer, IsEmpty());
}

TEST_F(Written, TheCodeHasTwelveBitsWithEdns) {
    EXPECT_EQ(read_reply(PacketWriter(packet).opt(1).bytes(), query).reply.rcode, rcode::kBadVers);
    EXPECT_EQ(read_reply(PacketWriter(packet, PacketWriter::kReply | 2).opt(0xff).bytes(), query)
                  .reply.rcode,
              0xff2);
}

TEST_F(Written, TruncationIsSeenBeforeAnythingElse) {
    Bytes reply = PacketWriter(packet, PacketWriter::kReply | PacketWriter::kTruncated)
                      .answer("host.test", 16, 60, testing_support::txt_data({"x"}))
                      .bytes();
    reply.resize(reply.size() - 5);
    EXPECT_EQ(read_reply(reply, query).kind, Kind::Truncated);
}

TEST_F(Written, AnErrorIsUnderstoodWhateverFollows) {
    Bytes reply = PacketWriter(packet, PacketWriter::kReply | 5)
                      .answer("host.test", 16, 60, testing_support::txt_data({"x"}))
                      .bytes();
    reply.resize(reply.size() - 1);
    const Reading reading = read_reply(reply, query);
    ASSERT_EQ(reading.kind, Kind::Reply);
    EXPECT_EQ(reading.reply.rcode, rcode::kRefused);
    EXPECT_THAT(reading.reply.answer, IsEmpty());
}

struct BrokenCase {
    const char* name;
    std::uint16_t type;
    Bytes data;
};
class Broken : public testing::TestWithParam<BrokenCase> {};

TEST_P(Broken, DataMakesTheReplyUnreadable) {
    const Query query = query_for("host.test", RecordType::A);
    PacketWriter reply(format_query(query));
    reply.answer("host.test", 1, 60, testing_support::a_data(192, 0, 2, 1))
        .answer("host.test", GetParam().type, 60, GetParam().data);
    EXPECT_EQ(read_reply(reply.bytes(), query).kind, Kind::Unreadable);
}

INSTANTIATE_TEST_SUITE_P(Table, Broken,
                         testing::Values(BrokenCase{"a_empty", 1, {}},
                                         BrokenCase{"a_of_three_octets", 1, Bytes(3)},
                                         BrokenCase{"a_of_five_octets", 1, Bytes(5)},
                                         BrokenCase{"cname_and_more", 5, {1, 'a', 0, 'x'}},
                                         BrokenCase{"cname_pointing_to_itself", 5, {0xc0, 73}},
                                         BrokenCase{"aaaa_of_four_octets", 28, Bytes(4)},
                                         BrokenCase{"txt_empty", 16, {}},
                                         BrokenCase{"txt_string_past_its_end", 16, {5, 'a'}},
                                         BrokenCase{"mx_without_name", 15, {0, 10}},
                                         BrokenCase{"cname_empty", 5, {}},
                                         BrokenCase{"cname_without_end", 5, {3, 'a'}},
                                         BrokenCase{"cname_label_type_01", 5, {0x40, 0}},
                                         BrokenCase{"cname_pointing_past_the_end", 5, {0xff, 0xff}},
                                         BrokenCase{"soa_cut", 6, {0, 0, 0, 0, 0, 1}}),
                         name_of);

/// A reply whose names are chains of `pointers` pointers, as many records of them as fit.
Bytes pointer_bomb(const Bytes& query, std::size_t pointers) {
    PacketWriter writer(query);
    const std::size_t first =
        writer.bytes().size() + testing_support::wire_name("host.test").size() + 10;
    Bytes chain;
    std::uint16_t target = 12; // the name of the question
    for (std::size_t i = 0; i < pointers; ++i) {
        const auto at = static_cast<std::uint16_t>(first + chain.size());
        testing_support::put16(chain, static_cast<std::uint16_t>(0xC000U | target));
        target = at;
    }
    Bytes packet = writer.answer("host.test", 65280, 60, chain).bytes();
    std::uint16_t count = 1;
    for (; packet.size() + 16 <= 65535; ++count) {
        testing_support::put16(packet, static_cast<std::uint16_t>(0xC000U | target));
        const Bytes rest{0, 5, 0, 1, 0, 0, 0, 60, 0, 2};
        packet.insert(packet.end(), rest.begin(), rest.end());
        testing_support::put16(packet, static_cast<std::uint16_t>(0xC000U | target));
    }
    packet[6] = static_cast<std::uint8_t>(count >> 8U);
    packet[7] = static_cast<std::uint8_t>(count & 0xFFU);
    return packet;
}

TEST_F(Written, AFewPointersToPointersAreANameAndThousandsAreNot) {
    const Reading few = read_reply(pointer_bomb(packet, 100), query);
    ASSERT_EQ(few.kind, Kind::Reply);
    EXPECT_EQ(few.reply.answer.at(0).owner.text(), "host.test");
    EXPECT_EQ(read_reply(pointer_bomb(packet, 8000), query).kind, Kind::Unreadable);
}

/// Options of an OPT record that says too much or too little.
TEST_F(Written, ExtendedErrorsAreReadAsFarAsOptionsAreWhole) {
    const auto extended_error = [&](const Bytes& options) {
        Bytes reply = PacketWriter(packet, PacketWriter::kReply | 2).opt(0).bytes();
        reply[reply.size() - 1] = static_cast<std::uint8_t>(options.size());
        reply.insert(reply.end(), options.begin(), options.end());
        return read_reply(reply, query).reply.extended_error;
    };
    using Error = std::optional<std::uint16_t>;
    EXPECT_EQ(extended_error({0, 15, 0, 2, 0, 9}), Error(9));
    EXPECT_EQ(extended_error({0, 10, 0, 1, 7, 0, 15, 0, 2, 0, 9}), Error(9)) << "behind another";
    EXPECT_EQ(extended_error({0, 15, 0, 2, 0, 22, 0, 15, 0, 2, 0, 9}), Error(9)) << "DNSSEC first";
    EXPECT_EQ(extended_error({0, 15, 0, 2, 0, 22, 0, 15, 0, 2, 0, 23}), Error(22));
    EXPECT_EQ(extended_error({0, 15, 0, 1, 9}), Error()) << "too short to have a code";
    EXPECT_EQ(extended_error({0, 15, 0, 9, 0, 9}), Error()) << "past the end of the options";
    EXPECT_EQ(extended_error({0, 15, 0}), Error());
}

} // namespace
} // namespace postern::dns
