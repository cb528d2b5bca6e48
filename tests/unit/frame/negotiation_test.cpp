// What the frame asks the MTA for, with Postfix's full offer and with poorer ones.
#include "tests/unit/frame/echo_fixture.hpp"

namespace postern::milter {
namespace {

// mfdef.h of sendmail 8.17, by the names used there
constexpr std::uint32_t NOHELO = 0x2, NORCPT = 0x8, NOUNKNOWN = 0x100, NODATA = 0x200, SKIP = 0x400,
                        NR_HDR = 0x80, NR_CONN = 0x1000, NR_BODY = 0x80000, LEADSPC = 0x100000;
constexpr std::uint32_t ADDHDRS = 0x1, CHGHDRS = 0x10, SETSYMLIST = 0x100;

TEST_F(EchoMilter, AsksForWhatItUsesAndNothingElse) {
    start();
    RawMilter client = mta();
    const auto wishes = client.negotiate();
    ASSERT_TRUE(wishes.has_value());
    EXPECT_EQ(wishes->version, 6U);
    EXPECT_EQ(wishes->actions, ADDHDRS | CHGHDRS | SETSYMLIST);
    EXPECT_EQ(wishes->protocol,
              NOHELO | NORCPT | NODATA | NOUNKNOWN | NR_CONN | NR_HDR | NR_BODY | SKIP | LEADSPC);
    std::map<std::uint32_t, std::string> macros(wishes->macros.begin(), wishes->macros.end());
    EXPECT_EQ(macros,
              (std::map<std::uint32_t, std::string>{
                  {0, ""}, {1, ""}, {2, "{auth_type}"}, {3, ""}, {4, ""}, {5, ""}, {6, "i"}}))
        << "an empty list keeps the MTA from sending its defaults";
}

TEST_F(EchoMilter, CopesWithAnMtaThatCannotLeaveOutReplies) {
    start();
    RawMilter client = mta();
    const auto wishes = client.negotiate(0x7f | NOUNKNOWN | NODATA | SKIP | LEADSPC);
    ASSERT_TRUE(wishes.has_value());
    EXPECT_EQ(wishes->protocol & (NR_CONN | NR_HDR | NR_BODY), 0U);
    client.send(testing_support::connect_frame());
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('M', strings({"<a@b>"})));
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('L', strings({"Subject", " x"})));
    EXPECT_EQ(client.reply().command, 'c');
}

TEST_F(EchoMilter, CopesWithAnMtaThatEatsTheSpaceAfterTheColon) {
    start();
    RawMilter client = mta();
    ASSERT_TRUE(client.negotiate(0x1fffff & ~LEADSPC).has_value());
    client.send(testing_support::connect_frame());
    client.send(frame('M', strings({"<a@b>"})));
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('L', strings({"Subject", "x"})) + frame('N'));
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('E'));
    const RawMilter::Frame edit = client.reply();
    EXPECT_EQ(edit.command, 'i');
    // index 0, name, value: no leading space of ours, the MTA puts one; and the one it took is back
    EXPECT_THAT(edit.data, HasSubstr(strings({"X-Echo"}) + "client="));
    EXPECT_THAT(edit.data, HasSubstr("\n last= x"));
    EXPECT_TRUE(daemon_->says("SMFIP_HDR_LEADSPC"));
}

TEST_F(EchoMilter, DoesNotServeAnMtaThatTakesNoEdits) {
    start();
    RawMilter client = mta();
    EXPECT_FALSE(client.negotiate(0x1fffff, 0x2).has_value());
    EXPECT_TRUE(client.closed());
    expect_service();
}

} // namespace
} // namespace postern::milter
