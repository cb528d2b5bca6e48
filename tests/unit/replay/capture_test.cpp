// What is captured comes back as it was: message, session, envelope, outcome.
#include "tests/support/temporary_place.hpp"
#include "tools/replay/capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::replay {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::TemporaryPlace;

constexpr std::int64_t kTime = 1795255200; // Sat, 21 Nov 2026 10:00:00 +0000

Setup a_session() {
    Setup setup;
    setup.client = {.name = "mx.example.net",
                    .address = "2001:db8::25",
                    .port = 50000,
                    .family = postfix::Client::Family::Inet6};
    setup.helo = "mx.example.net";
    setup.hostname = "in.example.org";
    setup.login = "ann";
    setup.mail_args = {"SIZE=100", "BODY=8BITMIME"};
    setup.macros = {{"{daemon_name}", "MX"}};
    return setup;
}

Prepared a_message(const Setup& setup) {
    Prepared mail{.file = "box/1",
                  .queue_id = "4ZxQ1m2Jz9",
                  .message =
                      postfix::parse_message("From: a@example.net\nSubject:  b\n\tc\nX:\xff\n"
                                             "\nbody\n\xf0\n",
                                             {}),
                  .envelope = {.sender = "a@example.net", .recipients = {"x@example.org", "y@z"}}};
    mail.message.header.insert(mail.message.header.begin(),
                               Session::received(setup, mail.envelope, mail.queue_id, kTime));
    return mail;
}

Outcome an_outcome(const Prepared& mail) {
    Outcome outcome;
    outcome.verdict = Verdict::Reject;
    outcome.reply = "550 5.7.20 \"no\" \xff";
    outcome.edits.push_back({.milter = 0,
                             .edit = {.type = postfix::Modification::Type::InsertHeader,
                                      .name = "Authentication-Results",
                                      .value = " in.example.org;\n\tspf=none",
                                      .separator = ""}});
    outcome.envelope = mail.envelope;
    outcome.message = mail.message;
    return outcome;
}

TEST(Capture, ComesBackAsItWas) {
    const TemporaryPlace place;
    const auto setup = a_session();
    const Prepared mail = a_message(setup);
    auto writer = CaptureWriter::create(place.path("c"), kTime);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer->add(setup, mail, an_outcome(mail)));
    ASSERT_TRUE(writer->add(setup, mail, an_outcome(mail)));

    const auto reader = CaptureReader::open(place.path("c"));
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ(reader->time(), kTime);
    EXPECT_FALSE(reader->has_dns());
    ASSERT_THAT(reader->names(), SizeIs(2));
    const auto captured = reader->read(reader->names()[1]);
    ASSERT_TRUE(captured) << captured.error().message;
    EXPECT_EQ(captured->mail.message.text(), mail.message.text());
    EXPECT_EQ(captured->mail.queue_id, mail.queue_id);
    EXPECT_EQ(captured->mail.envelope, mail.envelope);
    EXPECT_EQ(captured->setup.client.address, setup.client.address);
    EXPECT_EQ(captured->setup.client.family, setup.client.family);
    EXPECT_EQ(captured->setup.client.port, setup.client.port);
    EXPECT_EQ(captured->setup.helo, setup.helo);
    EXPECT_EQ(captured->setup.login, setup.login);
    EXPECT_EQ(captured->setup.mail_args, setup.mail_args);
    EXPECT_EQ(captured->setup.macros, setup.macros);
    EXPECT_THAT(differences(captured->summary, storable(summarize(an_outcome(mail)))), IsEmpty());
}

TEST(Capture, OtherOutcomesAreTold) {
    const TemporaryPlace place;
    const Prepared mail = a_message(a_session());
    auto writer = CaptureWriter::create(place.path("c"), kTime);
    ASSERT_TRUE(writer && writer->add(a_session(), mail, an_outcome(mail)));
    const auto reader = CaptureReader::open(place.path("c"));
    const auto captured = reader->read(reader->names().at(0));
    Outcome other = an_outcome(mail);
    other.edits[0].edit.value = " in.example.org;\n\tspf=pass";
    const auto found = differences(captured->summary, storable(summarize(other)));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found[0].first, HasSubstr("spf=none"));
    EXPECT_THAT(found[0].second, HasSubstr("spf=pass"));
}

TEST(Capture, NeedsADirectoryOfItsOwn) {
    const TemporaryPlace place;
    place.write("c/other", "x");
    const auto writer = CaptureWriter::create(place.path("c"), kTime);
    ASSERT_FALSE(writer);
    EXPECT_THAT(writer.error().message, HasSubstr("is not empty"));
}

TEST(Capture, DamageIsNamed) {
    const TemporaryPlace place;
    EXPECT_FALSE(CaptureReader::open(place.path("missing")));
    place.write("c/capture.json", R"({"format": "something", "version": 1, "time": 1})");
    const auto other = CaptureReader::open(place.path("c"));
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message, HasSubstr("is no capture"));
    place.write("c/capture.json", R"({"format": "postern-capture", "version": 1, "time": 1})");
    place.write("c/000001.eml", "From: a@b\r\n\r\n");
    place.write("c/000001.json", R"({"file": 1})");
    const auto reader = CaptureReader::open(place.path("c"));
    ASSERT_TRUE(reader);
    const auto captured = reader->read(reader->names().at(0));
    ASSERT_FALSE(captured);
    EXPECT_THAT(captured.error().message, HasSubstr("000001.json"));
}

} // namespace
} // namespace postern::replay
