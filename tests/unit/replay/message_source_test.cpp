#include "tests/support/name_of.hpp"
#include "tools/replay/message_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace postern::replay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::name_of;
namespace fs = std::filesystem;

std::vector<MboxMessage> messages_of(std::string_view text) {
    std::vector<MboxMessage> all;
    MboxReader reader(text);
    while (auto message = reader.next())
        all.push_back(std::move(*message));
    return all;
}

TEST(Mbox, GivesMessagesAndTheirSenders) {
    const auto all = messages_of("From a@x Sat Nov 21 10:00:00 2026\nA: b\n\nbody\n\n"
                                 "From MAILER-DAEMON Sat Nov 21 10:00:01 2026\r\nC: d\r\n\r\n\r\n");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].sender, "a@x");
    EXPECT_EQ(all[0].text, "A: b\n\nbody\n");
    EXPECT_EQ(all[1].sender, "MAILER-DAEMON");
    EXPECT_EQ(all[1].text, "C: d\r\n\r\n");
}

TEST(Mbox, UnquotesFromAndLeavesOthers) {
    const auto all =
        messages_of("From a@x d\nA: b\n\n>From me\n>>From you\n> From\nx\nFrom here\n");
    ASSERT_EQ(all.size(), 1U); // "From here" does not follow an empty line
    EXPECT_EQ(all[0].text, "A: b\n\nFrom me\n>From you\n> From\nx\nFrom here\n");
}

TEST(Mbox, SurvivesOddEnds) {
    EXPECT_TRUE(messages_of("").empty());
    EXPECT_EQ(messages_of("From ").size(), 1U);
    EXPECT_EQ(messages_of("From \n\nFrom \n\n").size(), 2U);
    EXPECT_EQ(messages_of("From a").front().sender, "a");
}

struct Addresses {
    const char* name;
    std::string_view value;
    std::vector<std::string> addresses;
};
class AddressesIn : public testing::TestWithParam<Addresses> {};
TEST_P(AddressesIn, AreFound) { EXPECT_EQ(addresses_in(GetParam().value), GetParam().addresses); }
INSTANTIATE_TEST_SUITE_P(
    Table, AddressesIn,
    testing::Values(Addresses{"bare", " a@x", {"a@x"}}, Addresses{"named", "A B <a@x>", {"a@x"}},
                    Addresses{"list", "a@x, \"C, D\" <c@y> ,\n e@z", {"a@x", "c@y", "e@z"}},
                    Addresses{"quoted_local_part", "\"a b\"@x", {"\"a b\"@x"}},
                    Addresses{"comment", "a@x (hello, <b@y>)", {"a@x"}},
                    Addresses{"group", "friends: a@x, b@y;", {"a@x", "b@y"}},
                    Addresses{"null", "<>", {}}, Addresses{"broken", "<a@x, (b", {}}),
    name_of);

class Files : public testing::Test {
protected:
    Files() {
        char name[] = "/tmp/postern-source-XXXXXX";
        root_ = ::mkdtemp(name);
    }
    ~Files() override { fs::remove_all(root_); }
    void write(const std::string& name, const std::string& text) {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name) << text;
    }
    std::vector<std::string> names(std::vector<std::string> paths) {
        for (std::string& path : paths)
            path = root_ / path;
        MessageSource source(paths);
        std::vector<std::string> found;
        while (auto item = source.next())
            found.push_back(*item ? item->value().name.substr(root_.string().size() + 1) : "error");
        return found;
    }
    fs::path root_;
};

TEST_F(Files, AreReadFromDirectoriesInOrder) {
    write("d/b.eml", "A: b\n\n");
    write("d/a.eml", "A: b\n\n");
    write("d/sub/c.eml", "A: b\n\n");
    write("d/.hidden", "A: b\n\n");
    EXPECT_THAT(names({"d"}), ElementsAre("d/a.eml", "d/b.eml", "d/sub/c.eml"));
}

TEST_F(Files, OfAMaildirAreTakenFromCurAndNew) {
    write("m/cur/1:2,S", "A: b\n\n");
    write("m/new/2", "A: b\n\n");
    write("m/tmp/3", "A: b\n\n");
    write("m/dovecot.index", "junk");
    write("m/.Sent/cur/4", "A: b\n\n");
    fs::create_directories(root_ / "m/.Sent/new");
    EXPECT_THAT(names({"m"}), ElementsAre("m/.Sent/cur/4", "m/cur/1:2,S", "m/new/2"));
}

TEST_F(Files, OfAnMboxAreNumbered) {
    write("x.mbox", "From a@x d\nA: b\n\nt\n\nFrom b@x d\nA: c\n\n");
    write("one.mbox", "From a@x d\nA: b\n\n");
    EXPECT_THAT(names({"x.mbox", "one.mbox"}), ElementsAre("x.mbox:1", "x.mbox:2", "one.mbox"));
}

TEST_F(Files, ThatCannotBeReadDoNotStopTheRest) {
    write("a.eml", "A: b\n\n");
    write("empty.eml", "");
    EXPECT_THAT(names({"missing.eml", "empty.eml", "a.eml"}),
                ElementsAre("error", "error", "a.eml"));
}

TEST(OutputName, HasNoSlashes) {
    EXPECT_EQ(output_name("a.eml"), "a.eml");
    EXPECT_EQ(output_name("../../etc/passwd"), "etc_passwd");
    EXPECT_EQ(output_name("/a/b"), "a_b");
    EXPECT_EQ(output_name("-"), "stdin");
    EXPECT_EQ(output_name(".."), "message");
    EXPECT_LE(output_name(std::string(5000, 'x')).size(), 200U);
}

} // namespace
} // namespace postern::replay
