// Messages through the frame: what the session is told, what it may answer, what happens when it
// throws.
#include "tests/support/name_of.hpp"
#include "tests/unit/frame/echo_fixture.hpp"

#include <thread>

namespace postern::milter {
namespace {

using testing::StartsWith;

TEST_F(EchoMilter, TellsTheSessionWhatTheMtaSaid) {
    start("generation = seven\n");
    RawMilter client = mta_ready();
    client.send(frame('D', "M" + strings({"{auth_type}", "PLAIN"})));
    client.send(frame('M', strings({"<ann@example.org>", "SIZE=100", "BODY=8BITMIME"})));
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('L', strings({"Subject", " a\n\tb"})));
    client.send(frame('D', "N" + strings({"i", "4ZxQ1m2Jz9"})) + frame('N'));
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('B', std::string(65535, 'x')) + frame('B', "yz") + frame('E'));
    const RawMilter::Frame edit = client.reply();
    EXPECT_EQ(edit.command, 'i');
    EXPECT_EQ(edit.data,
              std::string(4, '\0') +
                  strings({"X-Echo", " client=client.example[192.0.2.7]:4242"
                                     " sender=<ann@example.org>,SIZE=100,BODY=8BITMIME auth=PLAIN"
                                     " id=4ZxQ1m2Jz9 fields=1 body=65537 generation=seven\n"
                                     " last= a\\x0d\\x0a\\x09b"}));
    EXPECT_EQ(client.reply().command, 'c');
}

TEST_F(EchoMilter, ServesManyMessagesOnOneConnection) {
    start();
    RawMilter client = mta_ready();
    for (int i = 0; i < 50; ++i)
        ASSERT_EQ(client.message().command, 'c') << i;
    client.send(frame('Q'));
    EXPECT_TRUE(client.closed());
    expect_end();
}

struct SenderCase {
    const char* name;
    std::string_view given, seen;
};
class Senders : public EchoMilter, public testing::WithParamInterface<SenderCase> {};
TEST_P(Senders, AreBare) {
    start();
    RawMilter client = mta_ready();
    client.send(frame('M', strings({GetParam().given})));
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('N'));
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('E'));
    EXPECT_THAT(client.reply().data,
                HasSubstr("sender=<" + std::string(GetParam().seen) + "> auth"));
}
INSTANTIATE_TEST_SUITE_P(Table, Senders,
                         testing::Values(SenderCase{"smtp", "<a@b>", "a@b"},
                                         SenderCase{"local", "a@b", "a@b"},
                                         SenderCase{"null", "<>", ""}, SenderCase{"empty", "", ""}),
                         testing_support::name_of);

struct ThrowCase {
    const char* name;
    std::string_view step, reply_at_headers, reply_at_end;
};
class Throws : public EchoMilter, public testing::WithParamInterface<ThrowCase> {};
TEST_P(Throws, CostItsMessageATempfailAndNothingElse) {
    start();
    RawMilter client = mta_ready();
    client.send(frame('M', strings({"<a@b>"})));
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('L', strings({"X-Throw", " " + std::string(GetParam().step)})) + frame('N'));
    EXPECT_EQ(client.reply().command, GetParam().reply_at_headers[0]);
    if (!GetParam().reply_at_end.empty()) {
        client.send(frame('B', "hello\r\n") + frame('E'));
        EXPECT_EQ(client.reply().command, GetParam().reply_at_end[0]);
    }
    EXPECT_TRUE(daemon_->says("failed: thrown in " + std::string(GetParam().step)));
    EXPECT_EQ(client.message().command, 'c') << "the next message of the connection is fine";
    expect_service();
    expect_end();
}
INSTANTIATE_TEST_SUITE_P(Table, Throws,
                         testing::Values(ThrowCase{"in_header", "header", "t", ""},
                                         ThrowCase{"at_end_of_headers", "eoh", "t", ""},
                                         ThrowCase{"in_body", "body", "c", "t"},
                                         ThrowCase{"at_end_of_message", "eom", "c", "t"}),
                         testing_support::name_of);

TEST_F(EchoMilter, ThrowAtMailIsATempfail) {
    start();
    RawMilter client = mta_ready();
    client.send(frame('M', strings({"<throw-mail@b>"})));
    EXPECT_EQ(client.reply().command, 't');
    EXPECT_EQ(client.message().command, 'c');
}

TEST_F(EchoMilter, ThrowAtConnectTempfailsEveryMessageOfTheConnection) {
    start();
    RawMilter client = mta();
    ASSERT_TRUE(client.negotiate().has_value());
    client.send(testing_support::connect_frame("throw-connect.example"));
    EXPECT_EQ(client.message().command, 't');
    EXPECT_EQ(client.message().command, 't');
    expect_service();
}

struct AnswerCase {
    const char* name;
    std::string_view asked;
    char command;
    std::string_view data;
};
class Answers : public EchoMilter, public testing::WithParamInterface<AnswerCase> {};
TEST_P(Answers, GoToTheMta) {
    start();
    RawMilter client = mta_ready();
    client.send(frame('M', strings({"<a@b>"})));
    EXPECT_EQ(client.reply().command, 'c');
    client.send(frame('L', strings({"X-Answer", " " + std::string(GetParam().asked)})) +
                frame('N'));
    const RawMilter::Frame answer = client.reply();
    EXPECT_EQ(answer.command, GetParam().command);
    EXPECT_EQ(answer.data, GetParam().data);
    EXPECT_EQ(client.message().command, 'c');
    expect_end(); // nothing is under way any more
}
INSTANTIATE_TEST_SUITE_P(
    Table, Answers,
    testing::Values(AnswerCase{"accept", "accept", 'a', ""},
                    AnswerCase{"tempfail", "tempfail", 't', ""},
                    // percent signs doubled on the way, as Postfix and Sendmail expect
                    AnswerCase{"reject", "reject", 'y', {"550 5.7.1 100%% no\0", 19}}),
    testing_support::name_of);

TEST_F(EchoMilter, ServesThreeSocketsAtOnce) {
    const std::string inet = "inet:127.0.0.1:" + std::to_string(testing_support::free_port());
    const std::vector<std::string> sockets{"unix:" + directory_.path("s"),
                                           "local:" + directory_.path("t"), inet};
    start({}, sockets);
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&, i] {
            RawMilter client = mta(sockets[static_cast<std::size_t>(i) % 3]);
            if (!client.negotiate()) return;
            client.send(testing_support::connect_frame());
            for (int n = 0; n < 20; ++n)
                if (client.message(std::string(200'000 / 4, 'x')).command == 'c') ++good;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(good, 120);
    expect_end();
    EXPECT_FALSE(std::filesystem::exists(directory_.path("s")));
    EXPECT_FALSE(std::filesystem::exists(directory_.path("t")));
}

TEST_F(EchoMilter, SecondSocketPassesOnHalfClose) {
    start({}, {"unix:" + directory_.path("s"), "unix:" + directory_.path("t")});
    RawMilter client = mta_ready("unix:" + directory_.path("t"));
    client.send(frame('M', strings({"<a@b>"})));
    client.half_close();
    EXPECT_EQ(client.reply().command, 'c');
    EXPECT_TRUE(client.closed());
    expect_service("unix:" + directory_.path("t"));
}

} // namespace
} // namespace postern::milter
