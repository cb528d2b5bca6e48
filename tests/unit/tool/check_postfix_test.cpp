// Mistakes planted in a configuration that is right: each is found, at its line, and nothing else
// is. The configurations are real ones, read by postconf(1) from a private directory.
#include "tests/support/name_of.hpp"
#include "tests/unit/tool/fake_host.hpp"
#include "tools/postern/check_postfix.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>

namespace postern::tool {
namespace {

using testing::UnorderedElementsAreArray;
using testing_support::name_of;
namespace fs = std::filesystem;

constexpr const char* kMainCf = R"(compatibility_level = 3.6
queue_directory = /var/spool/postfix
mail_owner = postfix
smtpd_milters = unix:postern/sign.sock
non_smtpd_milters = $smtpd_milters
internal_mail_filter_classes = bounce
milter_default_action = tempfail
milter_protocol = 6
)";
constexpr const char* kMasterCf =
    R"(smtp       inet  n       -       y       -       -       smtpd
submission inet  n       -       y       -       -       smtpd
  -o smtpd_sasl_auth_enable=yes
  -o milter_macro_daemon_name=ORIGINATING
pickup     unix  n       -       y       60      1       pickup
cleanup    unix  n       -       y       -       0       cleanup
)";

constexpr const char* kSocket = "/var/spool/postfix/postern/sign.sock";

struct Scene {
    std::string main_cf = kMainCf, master_cf = kMasterCf;
    SignFacts sign;
    FakeHost host;

    Scene() {
        sign.listen = {*SocketAddress::parse(std::string("unix:") + kSocket)};
        sign.listen_origin = {.file = "postern.conf", .line = 2};
        sign.daemon_names = {"ORIGINATING"};
        host.users["postfix"] = {.name = "postfix", .uid = 100, .groups = {100, 200}};
        host.groups[200] = "postern";
        for (const char* directory : {"/", "/var", "/var/spool", "/var/spool/postfix", "/run"})
            host.paths[directory] = {.mode = S_IFDIR | 0755};
        for (const char* directory : {"/var/spool/postfix/postern", "/run/postern"})
            host.paths[directory] = {.mode = S_IFDIR | 0750, .owner = 300, .group = 200};
        for (const char* socket : {kSocket, "/run/postern/sign.sock"})
            host.paths[socket] = {.mode = S_IFSOCK | 0660, .owner = 300, .group = 200};
    }
    void listen(const char* address) { sign.listen = {*SocketAddress::parse(address)}; }
    void main(std::string_view from, std::string_view to) { replace(main_cf, from, to); }
    void master(std::string_view from, std::string_view to) { replace(master_cf, from, to); }
    void unchrooted() {
        while (master_cf.find(" y ") != std::string::npos)
            master(" y ", " n ");
    }

private:
    static void replace(std::string& text, std::string_view from, std::string_view to) {
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << "the test edits what is not there: " << from;
        text.replace(at, from.size(), to);
    }
};

class Directory {
public:
    Directory() {
        std::string pattern = testing::TempDir() + "postconfXXXXXX";
        if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() { fs::remove_all(path_); }
    const std::string& path() const { return path_; }
    /// Postfix waits for a file that changed within the last second to change no more.
    void write(const char* name, const std::string& text) const {
        const fs::path file = fs::path(path_) / name;
        std::ofstream(file) << text;
        fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::minutes(1));
    }

private:
    std::string path_;
};

/// "error not-wired main.cf:4"
std::vector<std::string> brief(const Findings& findings) {
    std::vector<std::string> lines;
    for (const Finding& finding : findings) {
        std::string line = std::string(to_string(finding.severity)) + " " + finding.id;
        const auto file = fs::path(finding.where.file).filename().string();
        if (!file.empty()) line += " " + file;
        if (finding.where.line > 0) line += ":" + std::to_string(finding.where.line);
        lines.push_back(line);
    }
    return lines;
}

Findings findings_of(const Scene& scene) {
    const Directory directory;
    directory.write("main.cf", scene.main_cf);
    directory.write("master.cf", scene.master_cf);
    const auto postfix = read_postfix_config(directory.path());
    EXPECT_TRUE(postfix) << postfix.error().message;
    if (!postfix) return {};
    return check_postfix(*postfix, scene.sign, scene.host);
}

struct Case {
    const char* name;
    std::function<void(Scene&)> plant;
    std::vector<std::string> found;
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class PlantedMistake : public testing::TestWithParam<Case> {};
TEST_P(PlantedMistake, IsFoundAndNothingElse) {
    Scene scene;
    GetParam().plant(scene);
    const Findings findings = findings_of(scene);
    EXPECT_THAT(brief(findings), UnorderedElementsAreArray(GetParam().found));
    for (const Finding& finding : findings) {
        EXPECT_FALSE(finding.what.empty());
        EXPECT_FALSE(finding.why.empty()) << finding.what;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Right, PlantedMistake,
    testing::Values(
        Case{"none", [](Scene&) {}, {}},
        Case{"absolute_path_without_chroot",
             [](Scene& s) {
                 s.unchrooted();
                 s.main("unix:postern/sign.sock", "unix:/var/spool/postfix/postern/sign.sock");
             },
             {}},
        Case{"absolute_path_counted_from_the_chroot",
             [](Scene& s) { s.main("unix:postern/sign.sock", "unix:/postern/sign.sock"); },
             {}},
        Case{"socket_outside_the_queue_without_chroot",
             [](Scene& s) {
                 s.unchrooted();
                 s.listen("local:/run/postern/../postern/sign.sock");
                 s.main("unix:postern/sign.sock", "unix:/run/postern/sign.sock");
             },
             {}},
        Case{"inet_in_opendkims_spelling",
             [](Scene& s) {
                 s.listen("inet:8893@127.0.0.1");
                 s.main("unix:postern/sign.sock", "inet:localhost:8893");
             },
             {}},
        Case{"inet_on_every_address",
             [](Scene& s) {
                 s.listen("inet:8893");
                 s.main("unix:postern/sign.sock", "inet:[::1]:8893");
             },
             {}},
        Case{"in_braces_behind_another_filter",
             [](Scene& s) {
                 s.main("unix:postern/sign.sock",
                        "inet:localhost:11332, { unix:postern/sign.sock, content_timeout=2m }");
             },
             {}},
        Case{"on_submission_only",
             [](Scene& s) {
                 s.main("smtpd_milters = unix:postern/sign.sock\n", "\n");
                 s.main("$smtpd_milters", "unix:postern/sign.sock");
                 s.master("  -o smtpd_sasl_auth_enable=yes\n",
                          "  -o smtpd_sasl_auth_enable=yes -o "
                          "smtpd_milters=unix:postern/sign.sock\n");
             },
             {}},
        Case{"switched_off_after_a_content_filter",
             [](Scene& s) {
                 s.main_cf += "content_filter = scan:[127.0.0.1]:10025\n";
                 s.master_cf += "127.0.0.1:10026 inet n - y - - smtpd\n"
                                "  -o content_filter= -o receive_override_options=no_milters\n";
             },
             {}},
        Case{"sendmail_not_to_be_signed",
             [](Scene& s) {
                 s.sign.sign_local = false;
                 s.main("$smtpd_milters", "");
             },
             {}},
        Case{"shutdown_since_3_11",
             [](Scene& s) {
                 s.main("= tempfail", "= shutdown");
                 s.main_cf += "mail_version = 3.11.0\n";
             },
             {}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Wiring, PlantedMistake,
    testing::Values(
        Case{"not_wired",
             [](Scene& s) { s.main("unix:postern/sign.sock", ""); },
             {"error not-wired main.cf:4"}},
        Case{"other_port",
             [](Scene& s) {
                 s.listen("inet:127.0.0.1:8893");
                 s.main("unix:postern/sign.sock", "inet:127.0.0.1:8894");
             },
             {"error not-wired main.cf:4"}},
        Case{"sendmail_unsigned",
             [](Scene& s) { s.main("$smtpd_milters", ""); },
             {"warning local-unsigned main.cf:5"}},
        Case{"submission_emptied",
             [](Scene& s) {
                 s.master("  -o smtpd_sasl_auth_enable=yes\n",
                          "  -o smtpd_sasl_auth_enable=yes\n  -o smtpd_milters=\n");
             },
             {"error milters-off master.cf:4"}},
        Case{"submission_no_milters",
             [](Scene& s) {
                 s.master_cf += "submissions inet n - y - - smtpd\n"
                                "  -o smtpd_tls_wrappermode=yes\n  -o "
                                "receive_override_options=no_address_mappings,no_milters\n";
             },
             {"error milters-off master.cf:9"}},
        Case{"submission_has_another_list",
             [](Scene& s) {
                 s.master("  -o smtpd_sasl_auth_enable=yes\n",
                          "  -o smtpd_sasl_auth_enable=yes\n  -o { smtpd_milters = "
                          "inet:localhost:11332 }\n");
             },
             {"error submission-unsigned master.cf:4"}},
        Case{"only_on_port_25",
             [](Scene& s) {
                 s.main("smtpd_milters = unix:postern/sign.sock\n", "\n");
                 s.main("$smtpd_milters", "unix:postern/sign.sock");
                 s.master("smtpd\n", "smtpd -o smtpd_milters=unix:postern/sign.sock\n");
             },
             {"error submission-unsigned main.cf"}},
        Case{"twice",
             [](Scene& s) {
                 s.main("unix:postern/sign.sock",
                        "unix:postern/sign.sock, unix:/postern/sign.sock");
                 s.main("$smtpd_milters", "unix:postern/sign.sock");
             },
             {"warning milter-twice main.cf:4"}},
        Case{"opendkim_beside",
             [](Scene& s) {
                 s.main("unix:postern/sign.sock", "inet:localhost:8891 unix:postern/sign.sock");
                 s.main("$smtpd_milters", "unix:postern/sign.sock");
             },
             {"warning two-signers main.cf:4"}},
        Case{"opendkim_beside_by_path",
             [](Scene& s) {
                 s.main("$smtpd_milters", "unix:postern/sign.sock unix:opendkim/opendkim.sock");
             },
             {"warning two-signers main.cf:5"}},
        Case{"no_socket_name",
             [](Scene& s) {
                 s.main("unix:postern/sign.sock", "unix:postern/sign.sock, localhost");
                 s.main("$smtpd_milters", "unix:postern/sign.sock");
             },
             {"error milter-syntax main.cf:4"}},
        Case{"signed_again_after_a_content_filter",
             [](Scene& s) {
                 s.main_cf += "content_filter = scan:[127.0.0.1]:10025\n";
                 s.master_cf += "127.0.0.1:10026 inet n - y - - smtpd -o content_filter=\n";
             },
             {"warning signed-again master.cf:7"}},
        Case{"chosen_by_client",
             [](Scene& s) { s.main_cf += "smtpd_milter_maps = cidr:/etc/postfix/milters\n"; },
             {"note milter-maps main.cf:9"}},
        Case{"bounces_unsigned",
             [](Scene& s) { s.main("= bounce", "= notify"); },
             {"note bounces-unsigned main.cf:6"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Reach, PlantedMistake,
    testing::Values(Case{"socket_outside_the_chroot",
                         [](Scene& s) {
                             s.listen("unix:/run/postern/sign.sock");
                             s.main("unix:postern/sign.sock", "unix:/run/postern/sign.sock");
                         },
                         {"error socket-chroot main.cf:4", "error socket-chroot main.cf:5"}},
                    Case{"only_cleanup_chrooted",
                         [](Scene& s) {
                             s.unchrooted();
                             s.master("cleanup    unix  n       -       n",
                                      "cleanup    unix  n       -       y");
                             s.listen("unix:/run/postern/sign.sock");
                             s.main("unix:postern/sign.sock", "unix:/run/postern/sign.sock");
                         },
                         {"error socket-chroot main.cf:5"}},
                    Case{"socket_for_its_owner_only",
                         [](Scene& s) { s.host.paths[kSocket].mode = S_IFSOCK | 0600; },
                         {"error socket-permission sign.sock"}},
                    Case{"postfix_not_in_the_group",
                         [](Scene& s) {
                             s.host.users["postfix"].groups = {100};
                             s.host.paths["/var/spool/postfix/postern"].mode = S_IFDIR | 0755;
                         },
                         {"error socket-permission sign.sock"}},
                    Case{"directory_closed",
                         [](Scene& s) {
                             s.host.paths["/var/spool/postfix/postern"].mode = S_IFDIR | 0700;
                         },
                         {"error socket-directory postern"}},
                    Case{"directory_above_closed_without_chroot",
                         [](Scene& s) {
                             s.unchrooted();
                             s.listen("unix:/run/postern/sign.sock");
                             s.main("unix:postern/sign.sock", "unix:/run/postern/sign.sock");
                             s.host.paths["/run"].mode = S_IFDIR | 0700;
                         },
                         {"error socket-directory run"}},
                    Case{"default_action_accept",
                         [](Scene& s) { s.main("= tempfail", "= accept"); },
                         {"warning default-action main.cf:7"}},
                    Case{"default_action_of_one_milter",
                         [](Scene& s) {
                             s.main("unix:postern/sign.sock",
                                    "{ unix:postern/sign.sock, default_action=reject }");
                             s.main("$smtpd_milters", "unix:postern/sign.sock");
                         },
                         {"warning default-action main.cf:4"}},
                    Case{"default_action_quarantine",
                         [](Scene& s) { s.main("= tempfail", "= quarantine"); },
                         {"note default-action main.cf:7"}},
                    Case{"shutdown_before_3_11",
                         [](Scene& s) { s.main("= tempfail", "= shutdown"); },
                         {"error default-action main.cf:7"}},
                    Case{"default_action_misspelled",
                         [](Scene& s) { s.main("= tempfail", "= tempfial"); },
                         {"error default-action main.cf:7"}},
                    Case{"protocol_too_old",
                         [](Scene& s) { s.main("milter_protocol = 6", "milter_protocol = 2"); },
                         {"error milter-protocol main.cf:8"}},
                    Case{"content_timeout_short",
                         [](Scene& s) { s.main_cf += "milter_content_timeout = 10s\n"; },
                         {"warning content_timeout main.cf:9"}},
                    Case{"command_timeout_short",
                         [](Scene& s) { s.main_cf += "milter_command_timeout = 2\n"; },
                         {"warning command_timeout main.cf:9"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Origin, PlantedMistake,
    testing::Values(Case{"open_signer",
                         [](Scene& s) { s.main_cf += "milter_macro_daemon_name = ORIGINATING\n"; },
                         {"error open-signer main.cf:9"}},
                    Case{
                        "daemon_name_nobody_knows",
                        [](Scene& s) { s.master("daemon_name=ORIGINATING", "daemon_name=SUBMIT"); },
                        {"note daemon-name master.cf:4"}},
                    Case{"daemon_name_nobody_knows_and_no_login",
                         [](Scene& s) {
                             s.sign.sign_logins = false;
                             s.master("daemon_name=ORIGINATING", "daemon_name=SUBMIT");
                         },
                         {"warning daemon-name master.cf:4"}},
                    Case{"nothing_tells_that_it_is_ours",
                         [](Scene& s) {
                             s.master("  -o smtpd_sasl_auth_enable=yes\n  -o "
                                      "milter_macro_daemon_name=ORIGINATING\n",
                                      "");
                         },
                         {"warning origin-unknown master.cf:2"}}),
    name_of);

TEST(CheckPostfix, NamesTheLineThatMendsAChroot) {
    Scene scene;
    scene.listen("unix:/run/postern/sign.sock");
    scene.main("unix:postern/sign.sock", "unix:/run/postern/sign.sock");
    const Findings findings = findings_of(scene);
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings[0].mend, "[sign] listen = unix:/var/spool/postfix/postern/sign.sock\n"
                                "smtpd_milters = unix:postern/sign.sock");
    EXPECT_THAT(findings[0].why, testing::HasSubstr("/var/spool/postfix/run/postern/sign.sock"));
}

TEST(CheckPostfix, SaysNothingWhenOurSocketsAreUnknown) {
    Scene scene;
    scene.sign.listen.clear();
    EXPECT_THAT(findings_of(scene), testing::IsEmpty());
}

TEST(CheckPostfix, ReportsADirectoryWithoutConfiguration) {
    const auto postfix = read_postfix_config("/nonexistent/postfix");
    ASSERT_FALSE(postfix);
    EXPECT_THAT(postfix.error().message, testing::HasSubstr("No such file or directory"));
}

TEST(CheckSockets, FindsWhatIsMissingDeadOrNoSocket) {
    Scene scene;
    scene.sign.listen = {
        *SocketAddress::parse("unix:/run/none.sock"), *SocketAddress::parse("unix:/run/file"),
        *SocketAddress::parse("inet:127.0.0.1:8893"), *SocketAddress::parse("inet:127.0.0.1:8894")};
    scene.host.paths["/run/file"] = {.mode = S_IFREG | 0644};
    scene.host.dead = {"inet:127.0.0.1:8893"};
    EXPECT_THAT(brief(check_sockets("postern-sign", scene.sign.listen, scene.sign.listen_origin,
                                    scene.host)),
                testing::ElementsAre("error socket-missing postern.conf:2",
                                     "error socket-not-a-socket postern.conf:2",
                                     "error socket-dead postern.conf:2"));
}

TEST(May, GoesByOwnerThenGroupThenOthers) {
    const UserFacts user{.name = "u", .uid = 5, .groups = {7}};
    EXPECT_FALSE(may(user, {.mode = 0077, .owner = 5, .group = 7}, kRead)) << "as the kernel does";
    EXPECT_FALSE(may(user, {.mode = 0707, .owner = 6, .group = 7}, kRead));
    EXPECT_TRUE(may(user, {.mode = 0070, .owner = 6, .group = 7}, kRead | kWrite));
    EXPECT_TRUE(may(user, {.mode = 0004, .owner = 6, .group = 6}, kRead));
    EXPECT_TRUE(may({.name = "root", .uid = 0}, {.mode = 0}, kRead));
}

} // namespace
} // namespace postern::tool
