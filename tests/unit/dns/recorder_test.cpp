// What was recorded says the same again.
#include "common/dns/fixture.hpp"
#include "common/dns/recorder.hpp"
#include "tests/support/temporary_place.hpp"
#include "tests/unit/dns/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <random>
#include <sstream>
#include <thread>

namespace postern::dns {
namespace {

using testing::HasSubstr;
using testing_support::TemporaryPlace;

std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::string octets(std::mt19937& random, std::size_t most) {
    std::string text(random() % (most + 1), '\0');
    for (char& c : text)
        c = static_cast<char>(random() & 0xFFU);
    return text;
}

/// Labels of any octets, in the form of Question.
std::string any_name(std::mt19937& random) {
    std::string name;
    for (std::size_t label = 0, labels = 1 + random() % 3; label < labels; ++label) {
        if (label != 0) name.push_back('.');
        for (const char c : octets(random, 10) + "x") {
            if (c == '.' || c == '\\') name.push_back('\\');
            name.push_back(c);
        }
    }
    return name;
}

TEST(Recording, SaysTheSameAgainForAnyOctets) {
    const TemporaryPlace place;
    std::mt19937 random(20240914);
    auto source = std::make_shared<FixtureResolver>();
    std::vector<Question> questions;
    constexpr std::array kTypes{RecordType::A,  RecordType::AAAA, RecordType::TXT,
                                RecordType::MX, RecordType::PTR,  RecordType::NS};
    constexpr std::array kFailures{Outcome::ServFail, Outcome::Timeout, Outcome::NxDomain,
                                   Outcome::Bogus, Outcome::NoData};
    for (int i = 0; i < 500; ++i) {
        const Question question{any_name(random), kTypes[random() % kTypes.size()]};
        questions.push_back(question);
        if (random() % 4 == 0) {
            source->fail(question.name, question.type, kFailures[random() % kFailures.size()]);
            continue;
        }
        FixtureEntry entry{.authenticated = random() % 8 == 0};
        for (std::size_t n = 0, count = 1 + random() % 4; n < count; ++n) {
            Record record;
            if (question.type == RecordType::A)
                record.address = IpAddress::parse("192.0.2." + std::to_string(random() % 256));
            else if (question.type == RecordType::AAAA)
                record.address = IpAddress::parse(
                    random() % 4 == 0 ? "::ffff:192.0.2.1" : "2001:db8::" + std::to_string(n));
            else if (question.type == RecordType::TXT)
                record.text = octets(random, 40);
            else
                record.text = any_name(random);
            if (question.type == RecordType::MX)
                record.preference = static_cast<std::uint16_t>(random());
            entry.records.push_back(record);
        }
        source->set(question.name, question.type, entry);
    }
    auto recorder = Recorder::open(place.path("dns.json"), source);
    ASSERT_TRUE(recorder) << recorder.error().message;
    const Deadline soon{.at = std::chrono::steady_clock::now() + std::chrono::seconds(60),
                        .waiting = {}};
    const auto said = (*recorder)->ask(questions, soon);
    auto again = FixtureResolver::read(place.path("dns.json"));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->ask(questions, soon), said);
}

TEST(Recording, IsValidJsonAfterEveryAnswerAndHasEachQuestionOnce) {
    const TemporaryPlace place;
    auto source = std::make_shared<FixtureResolver>();
    source->add("a.example", RecordType::TXT, "x").add("m.example", RecordType::MX, "5 a.example");
    const auto recorder = Recorder::open(place.path("dns.json"), source);
    ASSERT_TRUE(recorder);
    for (const char* name : {"a.example", "A.Example", "gone.example", "a.example"}) {
        (void)ask(**recorder, name, RecordType::TXT);
        EXPECT_TRUE(nlohmann::json::accept(content(place.path("dns.json"))));
    }
    (void)ask(**recorder, "m.example", RecordType::MX);
    (void)ask(**recorder, "m.example", RecordType::A);
    EXPECT_EQ(content(place.path("dns.json")), "{\n \"a.example. TXT\": [\"x\"],\n"
                                               " \"gone.example. TXT\": \"NXDOMAIN\",\n"
                                               " \"m.example. MX\": [\"5 a.example.\"],\n"
                                               " \"m.example. A\": []\n}\n");
}

TEST(Recording, GoesOnInAFileThatIsThere) {
    const TemporaryPlace place;
    const std::string path = place.write("dns.json", "{ \"a. TXT\" : [ \"old\" ] }");
    auto source = std::make_shared<FixtureResolver>();
    source->add("a", RecordType::TXT, "new").add("b", RecordType::TXT, "new");
    const auto recorder = Recorder::open(path, source);
    ASSERT_TRUE(recorder);
    EXPECT_THAT(texts(ask(**recorder, "a", RecordType::TXT)), testing::ElementsAre("new"));
    (void)ask(**recorder, "b", RecordType::TXT);
    EXPECT_EQ(content(path), "{ \"a. TXT\" : [ \"old\" ],\n \"b. TXT\": [\"new\"]\n}\n");
}

TEST(Recording, RefusesAFileOfAnotherKind) {
    const TemporaryPlace place;
    const auto source = std::make_shared<FixtureResolver>();
    for (const char* text : {"a. TXT x\n", "{\"a. TXT\": [", "[]", "{\"a\": 1}"}) {
        const std::string path = place.write("dns.json", text);
        EXPECT_FALSE(Recorder::open(path, source)) << text;
        EXPECT_EQ(content(path), text) << "and leaves it alone";
    }
    EXPECT_THAT(Recorder::open(place.path("no/such/dir"), source).error().message,
                HasSubstr("No such file"));
}

TEST(Recording, OfSeveralThreadsAndWritersStaysWhole) {
    const TemporaryPlace place;
    auto source = std::make_shared<FixtureResolver>();
    constexpr int kNames = 50;
    for (int i = 0; i < kNames; ++i)
        source->add("n" + std::to_string(i), RecordType::TXT, "x");
    const auto one = Recorder::open(place.path("dns.json"), source);
    const auto other = Recorder::open(place.path("dns.json"), source);
    ASSERT_TRUE(one && other);
    std::vector<std::thread> all;
    for (int thread = 0; thread < 4; ++thread)
        all.emplace_back([&, thread] {
            for (int i = 0; i < kNames; ++i)
                (void)ask(thread % 2 == 0 ? **one : **other, "n" + std::to_string(i),
                          RecordType::TXT);
        });
    for (std::thread& thread : all)
        thread.join();
    auto again = FixtureResolver::read(place.path("dns.json"));
    ASSERT_TRUE(again) << again.error().message;
    for (int i = 0; i < kNames; ++i)
        EXPECT_EQ(ask(*again, "n" + std::to_string(i), RecordType::TXT).outcome, Outcome::Records);
}

TEST(Recording, ThatFailsIsReportedOnceAndCostsNoAnswer) {
    const TemporaryPlace place;
    auto source = std::make_shared<FixtureResolver>();
    source->add("a", RecordType::TXT, "x").add("b", RecordType::TXT, "x");
    std::vector<std::string> reports;
    const auto recorder = Recorder::open(place.path("dns.json"), source,
                                         [&](const std::string& what) { reports.push_back(what); });
    ASSERT_TRUE(recorder);
    std::ofstream(place.path("dns.json")) << "no object any more";
    EXPECT_EQ(ask(**recorder, "a", RecordType::TXT).outcome, Outcome::Records);
    EXPECT_EQ(ask(**recorder, "b", RecordType::TXT).outcome, Outcome::Records);
    EXPECT_THAT(reports, testing::ElementsAre(HasSubstr("does not end as a JSON object")));
}

} // namespace
} // namespace postern::dns
