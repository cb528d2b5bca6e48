#include "tools/postern/check.hpp"

#include "tools/postern/arguments.hpp"
#include "tools/postern/check_postfix.hpp"
#include "tools/postern/postfix_config.hpp"
#include "tools/postern/sign_settings.hpp"
#include "tools/postern/verify_settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace postern::tool {
namespace {

constexpr std::array kOptions{
    ArgumentOption{.name = "config",
                   .letter = 'c',
                   .value = "FILE",
                   .default_value = "/etc/postern/postern.conf",
                   .help = "The configuration file to check."},
    ArgumentOption{.name = "postfix-config",
                   .letter = 'p',
                   .value = "DIRECTORY",
                   .help =
                       "The directory with main.cf and master.cf, for postconf -c. Without it that "
                       "of the host's Postfix."},
    ArgumentOption{.name = "no-postfix", .help = "Leave Postfix out."},
    ArgumentOption{.name = "no-sockets",
                   .help = "Leave out whether anything answers at the sockets: the daemon is not "
                           "running yet."},
    ArgumentOption{.name = "json", .help = "Print one JSON object."},
};

constexpr Usage kUsage{
    .command = "check",
    .purpose =
        "Looks at the configuration of postern-sign and postern-verify, at keys and sockets, and "
        "at how the host's Postfix is wired to postern-sign, and says what is wrong, why it "
        "matters and what mends it. Changes nothing. Run it as root: only root sees everything.",
    .options = kOptions,
    .examples = "  postern check\n"
                "  postern check -c ./postern.conf --postfix-config /etc/postfix-out --json",
    .exit_codes = "  0   nothing found, or notes only\n"
                  "  1   warnings\n"
                  "  2   errors\n"
                  "  64  the command line is wrong",
};

void append(Findings& all, Findings more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

int run(const Arguments& arguments, Streams io) {
    if (arguments.given("no-postfix") && arguments.given("postfix-config"))
        return usage_error(kUsage.command,
                           {"--no-postfix and --postfix-config cannot stand together"}, io);
    const LocalHost host;
    const std::string path = arguments.text("config");
    std::vector<std::string> checked{path, "keys and tables"};
    SignCheck sign = check_sign(path, arguments.given("config"), host);
    Findings findings = std::move(sign.findings);
    VerifyCheck verify = check_verify(path, false); // a missing file was said once
    for (Finding& finding : verify.findings)        // and so was what concerns every daemon
        if (std::none_of(findings.begin(), findings.end(), [&](const Finding& known) {
                return known.where == finding.where && known.what == finding.what;
            }))
            findings.push_back(std::move(finding));

    if (!arguments.given("no-sockets")) {
        const auto sockets = [&](const std::string& program, std::span<const SocketAddress> listen,
                                 const config::Origin& where) {
            for (const SocketAddress& address : listen)
                checked.push_back("socket " + address.text());
            append(findings, check_sockets(program, listen, where, host));
        };
        sockets("postern-sign", sign.facts.listen, sign.facts.listen_origin);
        if (verify.configured) sockets("postern-verify", verify.listen, verify.listen_origin);
    }
    if (!arguments.given("no-postfix")) {
        const std::string directory = arguments.text("postfix-config");
        if (const auto postfix = read_postfix_config(directory)) {
            checked.push_back("Postfix " + postfix->value("mail_version") + " in " +
                              postfix->directory());
            append(findings, check_postfix(*postfix, sign.facts, host));
        } else {
            // Asked for by name it has to be there; a host without Postfix is checked without it.
            findings.push_back({.severity = directory.empty() ? Severity::Note : Severity::Error,
                                .id = "no-postfix",
                                .where = {},
                                .what = "Postfix was not checked: " + postfix.error().message,
                                .why = {},
                                .mend = {}});
        }
    }
    if (::geteuid() != 0)
        findings.push_back({.severity = Severity::Note,
                            .id = "not-root",
                            .where = {},
                            .what = "this is not root",
                            .why = "Keys and sockets may look unreadable that postern-sign, which "
                                   "starts as root, can read.",
                            .mend = "sudo postern check"});

    sort_by_severity(findings);
    if (arguments.given("json"))
        print_findings_json(io.out, findings, checked);
    else
        print_findings(io.out, findings, checked);
    return exit_code_of(findings);
}

} // namespace

const Command kCheck{.name = "check",
                     .summary = "finds what is wrong with configuration, keys, sockets and Postfix",
                     .usage = &kUsage,
                     .run = run};

} // namespace postern::tool
