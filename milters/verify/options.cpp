#include "milters/verify/options.hpp"

#include "common/config/log_options.hpp"
#include "common/daemon/process_options.hpp"
#include "common/dns/options.hpp"

#include <array>

namespace postern::verify {
namespace {

using config::Kind;
using config::Option;
using config::Reload;

constexpr std::string_view kActions = "note|tag|quarantine|tempfail|reject";

/// What is done about mail of which one thing is true.
constexpr Option on(std::string_view name, std::string_view help) {
    return {.name = name,
            .kind = Kind::Choice,
            .default_value = "note",
            .help = help,
            .choices = kActions};
}

constexpr std::array kOwnOptions{
    // --- whose mail ----------------------------------------------------------------------------
    Option{.name = "internal-hosts",
           .kind = Kind::List,
           .default_value = "127.0.0.1, ::1",
           .help = "Clients whose mail passes unchecked and keeps the results it brings: a content "
                   "filter that hands mail back, other hosts of the site that verified it. "
                   "Addresses, networks, host names, .domains; a leading ! excludes. A value "
                   "file:PATH names a file with one entry a line. Setting it replaces the default.",
           .example = "127.0.0.1, ::1, 192.0.2.0/24"},
    Option{.name = "skip-logins",
           .kind = Kind::Flag,
           .default_value = "yes",
           .help = "Let mail of clients that logged in by SASL pass unchecked, as it is written "
                   "here and signed by nobody yet."},

    // --- what is written -----------------------------------------------------------------------
    Option{.name = "authserv-id",
           .kind = Kind::Text,
           .default_value = "",
           .help = "The name our results carry, the same on every host of the site if they share "
                   "what is behind them. Empty: the name Postfix gives itself (myhostname).",
           .example = "example.org"},
    Option{.name = "remove-authserv-ids",
           .kind = Kind::List,
           .default_value = "",
           .help = "Further names of ours: results that claim one of them or a name below one are "
                   "removed like those that claim authserv-id or the host's own name.",
           .example = "mx1.example.org, mx2.example.org"},
    Option{.name = "remove-received-spf",
           .kind = Kind::Flag,
           .default_value = "yes",
           .help = "Remove every Received-SPF field that comes with the message."},
    Option{.name = "remove-headers",
           .kind = Kind::List,
           .default_value = "",
           .help = "Further header fields that strangers must not bring; they are removed.",
           .example = "X-Spam-Status, X-Spam-Flag"},
    Option{.name = "received-spf",
           .kind = Kind::Flag,
           .default_value = "no",
           .help = "Write a Received-SPF field beside Authentication-Results."},

    // --- what is checked -----------------------------------------------------------------------
    Option{.name = "min-rsa-bits",
           .kind = Kind::Number,
           .default_value = "1024",
           .help = "RSA keys of fewer bits give dkim=policy. Not below 1024 (RFC 8301)."},
    Option{.name = "clock-skew",
           .kind = Kind::Duration,
           .default_value = "5m",
           .help = "How far clocks of signers may be off, before a signature is from the future or "
                   "expired."},
    Option{.name = "diagnose",
           .kind = Kind::Flag,
           .default_value = "yes",
           .help = "When a body hash does not match, look for the cause (a footer, re-encoding, "
                   "white space) and name it in a comment. The result stays fail."},
    Option{.name = "spf-engine",
           .kind = Kind::Choice,
           .default_value = "own",
           .help =
               "Who evaluates SPF: our own evaluator, libspf2 behind our own parser, or nobody.",
           .choices = "own|libspf2|none"},
    Option{.name = "iprev",
           .kind = Kind::Flag,
           .default_value = "yes",
           .help = "Check that the name of the client's address leads back to the address."},

    // --- what is done about it -----------------------------------------------------------------
    on("on-dkim-fail", "No signature passed, and one does not match the message."),
    on("on-dkim-permerror", "No signature passed, and one cannot be verified, now or later."),
    on("on-dkim-temperror", "No signature passed, but one may later, as DNS did not say its key."),
    on("on-dkim-none", "The message has no signature."),
    on("on-dkim-policy", "No signature passed, and one would but for what is demanded here: key "
                         "size, algorithm, all of the body, a header within limits."),
    Option{.name = "require-author-match",
           .kind = Kind::Choice,
           .default_value = "no",
           .help = "Which passing signatures count: of anybody (no), of a domain that is that of "
                   "From, above it or below it (yes), of exactly that domain (strict). With "
                   "several authors each needs one.",
           .choices = "no|yes|strict"},
    on("on-author-mismatch", "A signature passed, but none that require-author-match asks for."),
    on("on-spf-fail", "SPF says that the client may not send for the sender."),
    on("on-spf-softfail", "SPF says that it probably may not."),
    on("on-spf-permerror", "The sender's SPF record cannot be evaluated."),
    on("on-spf-temperror", "The sender's SPF record cannot be evaluated now, as DNS did not say."),
    Option{.name = "dkim-excuses-spf",
           .kind = Kind::Flag,
           .default_value = "no",
           .help = "Do nothing about SPF when a signature passed that counts by "
                   "require-author-match: mail that was forwarded."},
    Option{.name = "tag-header",
           .kind = Kind::Text,
           .default_value = "X-Postern-Verify",
           .help = "The header field that tag writes, with the conditions that hold; what the "
                   "message brings of this name is removed."},
    Option{.name = "reject-text",
           .kind = Kind::Text,
           .default_value = "{reason}",
           .help = "What clients are told with reject and tempfail. {reason} stands for our own "
                   "words, {conditions} for the conditions that hold.",
           .example = "{reason}, see https://example.org/mail"},
    Option{.name = "spf-explanation",
           .kind = Kind::Flag,
           .default_value = "no",
           .help = "Tell with a rejection for spf-fail what the sender's domain explains (RFC 7208 "
                   "6.2). The text is a stranger's."},

    // --- limits --------------------------------------------------------------------------------
    Option{.name = "timeout",
           .kind = Kind::Duration,
           .default_value = "20s",
           .help = "How long the checks of one message may take together, however slow DNS is; "
                   "what is not known then is temperror. Stay below milter_content_timeout of "
                   "Postfix."},
    Option{.name = "max-questions",
           .kind = Kind::Number,
           .default_value = "100",
           .help = "DNS questions one message may raise; beyond them answers are temperror."},
    Option{.name = "max-signatures",
           .kind = Kind::Number,
           .default_value = "10",
           .help = "Signatures of one message that are verified, those of its author's domain "
                   "first; and results of signatures that are shown."},
    Option{.name = "max-header-size",
           .kind = Kind::Size,
           .default_value = "1M",
           .help = "Signatures of messages whose header fields take more octets together are not "
                   "verified; they give dkim=policy."},
    Option{.name = "max-header-fields",
           .kind = Kind::Number,
           .default_value = "2000",
           .help = "The same for messages with more header fields."},
    Option{.name = "time",
           .kind = Kind::Number,
           .default_value = "",
           .help = "Unix time to take for now, when mail of another day is replayed. Empty: the "
                   "clock.",
           .example = "1790000000"},
};

constexpr auto kOptions = config::concat(
    daemon::process_options("unix:/var/spool/postfix/postern/verify.sock"), kOwnOptions);

} // namespace

std::span<const config::Section> sections() {
    static constexpr std::array kSections{
        config::kLogSection, dns::kDnsSection,
        config::Section{.name = "verify",
                        .help = "postern-verify: what DKIM and SPF say about mail that comes in.",
                        .options = kOptions}};
    return kSections;
}

} // namespace postern::verify
