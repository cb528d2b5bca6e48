#include "milters/sign/options.hpp"

#include "common/config/log_options.hpp"
#include "common/daemon/process_options.hpp"

#include <array>

namespace postern::sign {
namespace {

using config::Kind;
using config::Option;
using config::Reload;
using config::Times;

constexpr std::array kOwnOptions{
    // --- whether to sign -----------------------------------------------------------------------
    Option{
        .name = "internal-hosts",
        .kind = Kind::List,
        .default_value = "127.0.0.1, ::1",
        .help =
            "Clients whose mail is signed: addresses, networks, host names, .domains; a leading ! "
            "excludes. A value file:PATH names a file with one entry a line. Setting it "
            "replaces the default, so name the loopback addresses again.",
        .example = "127.0.0.1, ::1, 192.0.2.0/24, !192.0.2.9"},
    Option{.name = "allow-open-signer",
           .kind = Kind::Flag,
           .default_value = "no",
           .help =
               "Accept 0.0.0.0/0 or ::/0 in internal-hosts, which signs for the whole internet."},
    Option{.name = "sign-logins",
           .kind = Kind::Flag,
           .default_value = "yes",
           .help = "Sign mail of clients that logged in by SASL (Postfix sends {auth_type})."},
    Option{.name = "sign-local",
           .kind = Kind::Flag,
           .default_value = "yes",
           .help = "Sign mail that did not come by SMTP: sendmail(1), cron, and bounces when "
                   "Postfix passes "
                   "them through non_smtpd_milters."},
    Option{.name = "sign-macros",
           .kind = Kind::List,
           .default_value = "{daemon_name}=ORIGINATING",
           .help =
               "Milter macros that mark mail to be signed: NAME, or NAME=VALUE with alternatives "
               "separated by |. Postfix sets {daemon_name} from milter_macro_daemon_name.",
           .example = "{daemon_name}=ORIGINATING|SUBMISSION",
           .reload = Reload::Restart},

    // --- with which keys -----------------------------------------------------------------------
    Option{.name = "key-directory",
           .kind = Kind::Path,
           .default_value = "/etc/postern/keys",
           .help =
               "Directory with keys as DOMAIN/SELECTOR.pem. Every key of a domain signs its mail; "
               "postern keygen writes this layout. Asked after signing-table, before domain. "
               "Empty: none.",
           .example = "/etc/postern/keys"},
    Option{.name = "parent-domains",
           .kind = Kind::Flag,
           .default_value = "no",
           .help = "With key-directory: mail from a sub-domain without keys of its own is signed "
                   "with those of "
                   "the nearest parent domain that has some."},
    Option{.name = "key-table",
           .kind = Kind::Text,
           .default_value = "",
           .help = "OpenDKIM's KeyTable: file:PATH, refile:PATH, a bare path, or entries separated "
                   "by commas.",
           .example = "file:/etc/postern/KeyTable"},
    Option{.name = "signing-table",
           .kind = Kind::Text,
           .default_value = "",
           .help =
               "OpenDKIM's SigningTable: which addresses are signed with which rows of key-table.",
           .example = "refile:/etc/postern/SigningTable"},
    Option{.name = "multiple-signatures",
           .kind = Kind::Flag,
           .default_value = "no",
           .help =
               "With a refile: signing table: every row that matches signs, not only the first."},
    Option{.name = "domain",
           .kind = Kind::List,
           .default_value = "",
           .help = "With selector and key-file: the domains signed with that one key.",
           .example = "example.org"},
    Option{.name = "selector",
           .kind = Kind::Text,
           .default_value = "",
           .help = "Selector of key-file.",
           .example = "2026a"},
    Option{.name = "key-file",
           .kind = Kind::Path,
           .default_value = "",
           .help = "The one private key for domain.",
           .example = "/etc/postern/2026a.pem"},
    Option{.name = "sub-domains",
           .kind = Kind::Flag,
           .default_value = "no",
           .help = "With domain: sign mail from its sub-domains too, with the parent as d=."},
    Option{
        .name = "key-permissions",
        .kind = Kind::Choice,
        .default_value = "warn",
        .help =
            "What to do about a key file that others may read or that its group may write: warn, "
            "or refuse to use it.",
        .choices = "warn|refuse",
        .reload = Reload::Restart},

    // --- how -----------------------------------------------------------------------------------
    Option{.name = "canonicalization",
           .kind = Kind::Choice,
           .default_value = "relaxed/relaxed",
           .help = "Canonicalization of header and body (c=).",
           .choices = "relaxed/relaxed|relaxed/simple|simple/relaxed|simple/simple"},
    Option{.name = "sign-headers",
           .kind = Kind::List,
           .default_value = "*",
           .help = "Header fields to sign where present: * for the default list, +NAME and -NAME "
                   "to change it, or "
                   "names alone to replace it. From is always signed.",
           .example = "*, +X-Ticket, -Sender"},
    Option{.name = "oversign-headers",
           .kind = Kind::List,
           .default_value = "*",
           .help = "Header fields signed once more than present, so that adding one breaks the "
                   "signature; the "
                   "same syntax.",
           .example = "From, To, Subject, Date"},
    Option{.name = "timestamp",
           .kind = Kind::Flag,
           .default_value = "yes",
           .help = "Write the time of signing (t=)."},
    Option{.name = "signature-ttl",
           .kind = Kind::Duration,
           .default_value = "",
           .help = "How long a signature is good (x=); without it for ever. Shorter than a week "
                   "loses mail that "
                   "waits in queues.",
           .example = "14d"},

    // --- what goes -----------------------------------------------------------------------------
    Option{.name = "remove-authres",
           .kind = Kind::Flag,
           .default_value = "yes",
           .help = "Delete from mail that is signed the Authentication-Results that claim to be "
                   "ours, that nobody can read or that name nobody, and every Received-SPF: what "
                   "a sender wrote there is no result of ours, and others here might believe it."},
    Option{.name = "authserv-id",
           .kind = Kind::List,
           .default_value = "",
           .help = "Names our results carry, as in [verify]; the name Postfix gives itself "
                   "(myhostname) is always one. Names below them are ours too.",
           .example = "example.org"},

    // --- guard ---------------------------------------------------------------------------------
    Option{.name = "require-login-match",
           .kind = Kind::Choice,
           .default_value = "off",
           .help = "When the From address does not belong to the SASL login by login-map: nothing, "
                   "note it in the log, "
                   "leave the message unsigned, or reject it.",
           .choices = "off|log|no-signature|reject"},
    Option{.name = "login-map",
           .kind = Kind::Path,
           .default_value = "",
           .help = "Table file in the form of Postfix's smtpd_sender_login_maps: address or "
                   "@domain, then the logins "
                   "that own it.",
           .example = "/etc/postfix/sender_logins"},
    Option{.name = "recipient-delimiter",
           .kind = Kind::Text,
           .default_value = "",
           .help = "Postfix's recipient_delimiter: login-map is asked for user@domain too when the "
                   "author is "
                   "user+ext@domain.",
           .example = "+"},

    // --- limits --------------------------------------------------------------------------------
    Option{.name = "max-header-size",
           .kind = Kind::Size,
           .default_value = "1M",
           .help = "Messages whose header fields take more octets together are not signed."},
    Option{.name = "max-header-fields",
           .kind = Kind::Number,
           .default_value = "2000",
           .help = "Messages with more header fields are not signed."},
};

constexpr auto kOptions = config::concat(
    daemon::process_options("unix:/var/spool/postfix/postern/sign.sock"), kOwnOptions);

} // namespace

std::span<const config::Section> sections() {
    static constexpr std::array kSections{
        config::kLogSection,
        config::Section{.name = "sign",
                        .help = "postern-sign: DKIM signatures for mail that leaves.",
                        .options = kOptions}};
    return kSections;
}

} // namespace postern::sign
