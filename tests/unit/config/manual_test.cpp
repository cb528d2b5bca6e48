#include "common/config/log_options.hpp"
#include "tests/support/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::testing_support {
namespace {

using config::ManualItem;
using testing::ElementsAre;

TEST(Manual, FindsItemsAndDefaultsUnderTheirSection) {
    constexpr std::string_view kPage = ".Sh SECTIONS\n"
                                       ".It Ic elsewhere\n"
                                       ".Ss Section [log]\n"
                                       ".Bl -tag -width Ds\n"
                                       ".It Ic target No = Cm stderr | syslog\n"
                                       "Text.\n"
                                       ".Pq default: Cm stderr\n"
                                       ".It Ic key\\-table No = Ar path\n"
                                       ".Pq default: none\n"
                                       ".It Ic hosts\n"
                                       "Text (default: 127.0.0.1, ::1).\n"
                                       ".It Ic silent\n"
                                       "Says nothing.\n"
                                       ".It Ic quoted\n"
                                       ".Pq default: Li \"*,+List-Id, x\"\n"
                                       ".El\n"
                                       ".Ss \"[sign]\"\n"
                                       ".It Ic domain\n"
                                       ".Pq default: empty\n";
    EXPECT_THAT(manual_items_of(kPage, "log"),
                ElementsAre(ManualItem{"target", "stderr"}, ManualItem{"key-table", ""},
                            ManualItem{"hosts", "127.0.0.1, ::1"},
                            ManualItem{"silent", "(the page says no default)"},
                            ManualItem{"quoted", "*,+List-Id, x"}));
    EXPECT_THAT(manual_items_of(kPage, "sign"), ElementsAre(ManualItem{"domain", ""}));
    EXPECT_THAT(manual_items_of(kPage, "srs"), ElementsAre());
}

TEST(Manual, SubSectionsBelongToTheirSection) {
    constexpr std::string_view kPage = ".Sh SECTION [log]\n"
                                       ".Ss Where\n.It Ic target\n.Pq default: stderr\n"
                                       ".Ss How much\n.It Ic level\n.Pq default: info\n"
                                       ".Ss [sign]\n.It Ic domain\n.Pq default: none\n"
                                       ".Sh FILES\n.It Ic file\n";
    EXPECT_THAT(manual_items_of(kPage, "log"),
                ElementsAre(ManualItem{"target", "stderr"}, ManualItem{"level", "info"}));
    EXPECT_THAT(manual_items_of(kPage, "sign"), ElementsAre(ManualItem{"domain", ""}));
}

TEST(Manual, TellsDifferences) {
    EXPECT_THAT(manual_differences(".Ss [log]\n"
                                   ".It Ic level\n.Pq default: debug\n"
                                   ".It Ic target\n.Pq default: stderr\n"
                                   ".It Ic colour\n.Pq default: none\n"
                                   ".It Ic target\n.Pq default: stderr\n",
                                   config::kLogSection),
                ElementsAre("[log] facility: not in the manual",
                            "[log] level: default info, in the manual debug",
                            "[log] colour: in the manual only",
                            "[log] target: twice in the manual"));
}

TEST(Manual, PosternConfDescribesTheLogSection) {
    const std::string page = read_text(POSTERN_SOURCE_DIR "/man/postern.conf.5");
    EXPECT_THAT(manual_differences(page, config::kLogSection), ElementsAre());
}

} // namespace
} // namespace postern::testing_support
