#include "tools/postern/check_postfix.hpp"

#include "common/base/text.hpp"
#include "tools/postern/milter_hook.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace postern::tool {
namespace {

bool is_yes(std::string_view value) { return iequals(value, "yes"); }

bool contains_word(std::string_view list, std::string_view word) {
    const auto words = split_list(list);
    return std::any_of(words.begin(), words.end(), [&](auto item) { return iequals(item, word); });
}

/// Does mail of our own users come in here?
bool is_submission(const PostfixService& service) {
    const std::string_view name = service.name;
    const std::string_view port = name.substr(name.rfind(':') + 1); // npos + 1: all of it
    for (const std::string_view known : {"submission", "submissions", "smtps", "587", "465"})
        if (port == known) return true;
    const auto yes = [&](std::string_view option) {
        const auto found = service.overrides.find(option);
        return found != service.overrides.end() && is_yes(found->second);
    };
    return yes("smtpd_sasl_auth_enable") || yes("smtpd_tls_wrappermode");
}

bool is_loopback_only(const PostfixService& service) {
    for (const std::string_view host : {"127.", "localhost:", "[::1]:", "::1:"})
        if (service.name.starts_with(host)) return true;
    return service.type != "inet"; // a unix socket, or behind postscreen
}

class Checker {
public:
    Checker(const PostfixConfig& postfix, const SignFacts& sign, const Host& host)
        : postfix_(postfix), sign_(sign), host_(host),
          queue_(host.real_path(postfix.value("queue_directory"))) {}

    Findings run() {
        bool any_smtpd = false;
        for (const PostfixService& service : postfix_.services()) {
            if (service.command != "smtpd") continue;
            any_smtpd = true;
            smtpd(service);
        }
        if (any_smtpd && !wired_) {
            not_wired();
        } else {
            for (Finding& finding : unsigned_submission_)
                add(std::move(finding));
            local_mail();
        }
        reinjection();
        if (!postfix_.value("smtpd_milter_maps").empty())
            add({.severity = Severity::Note,
                 .id = "milter-maps",
                 .where = postfix_.origin("smtpd_milter_maps"),
                 .what = "smtpd_milter_maps chooses milters by client address",
                 .why = "For clients it lists, smtpd_milters is not used. The table is not "
                        "looked at here.",
                 .mend = {}});
        return std::move(findings_);
    }

private:
    void add(Finding finding) {
        // A setting of main.cf concerns many services; it is mended once.
        for (const Finding& known : findings_)
            if (known.id == finding.id && known.where == finding.where) return;
        findings_.push_back(std::move(finding));
    }

    config::Origin origin(const Hook& hook, std::string_view parameter) const {
        return hook.origin(postfix_, parameter);
    }
    std::string value(const Hook& hook, std::string_view parameter) const {
        return hook.value(postfix_, parameter);
    }
    bool ours(const MilterEntry& entry, bool chroot) const {
        return is_ours(entry, sign_, queue_, chroot, host_);
    }
    /// What to write for the first of our sockets such a process can reach.
    std::optional<std::string> reachable(bool chroot) const {
        for (const SocketAddress& address : sign_.listen)
            if (auto text = spelling(address, queue_, chroot, host_)) return text;
        return std::nullopt;
    }
    /// The same in words that always give a line.
    std::string line(std::string_view parameter, bool chroot) const {
        const auto text = reachable(chroot);
        return std::string(parameter) + " = " + text.value_or("unix:postern/sign.sock");
    }

    void smtpd(const PostfixService& service) {
        const bool submission = is_submission(service);
        const std::string options = postfix_.value(service, "receive_override_options");
        Hook hook{.service = &service,
                  .parameter = "smtpd_milters",
                  .entries = parse_milters(postfix_.value(service, "smtpd_milters")),
                  .chroot = service.chroot};
        if (contains_word(options, "no_milters")) {
            if (submission) switched_off(service, "receive_override_options", "no_milters");
            return;
        }
        const bool overridden = service.overrides.count("smtpd_milters") > 0;
        if (overridden && hook.entries.empty()) {
            if (submission) switched_off(service, "smtpd_milters", "an empty smtpd_milters");
            return;
        }
        if (examine(hook)) {
            wired_ = true;
            wired_services_.push_back(&service);
            daemon_name(hook, submission);
        } else if (submission) {
            unsigned_submission_.push_back(
                {.severity = Severity::Error,
                 .id = "submission-unsigned",
                 .where = postfix_.origin(service, "smtpd_milters"),
                 .what = "smtpd of " + service.label() + " does not pass its mail to postern-sign",
                 .why = "What users submit there leaves unsigned.",
                 .mend = overridden ? "  -o " + spaceless(line("smtpd_milters", service.chroot))
                                    : line("smtpd_milters", service.chroot)});
        }
    }

    /// In master.cf "name = value" needs braces, "name=value" does not.
    static std::string spaceless(std::string text) {
        const std::size_t at = text.find(" = ");
        return text.replace(at, 3, "=");
    }

    void switched_off(const PostfixService& service, std::string_view parameter,
                      const std::string& by) {
        wired_ = true; // one finding is enough
        add({.severity = Severity::Error,
             .id = "milters-off",
             .where = postfix_.origin(service, parameter),
             .what = "smtpd of " + service.label() + " has its milters switched off by " + by,
             .why = "What users submit there leaves unsigned.",
             .mend = parameter == "smtpd_milters"
                         ? "  -o " + spaceless(line("smtpd_milters", service.chroot))
                         : "take no_milters out of receive_override_options there"});
    }

    /// Everything about one list. Does it lead to us, or is it meant to?
    bool examine(const Hook& hook) {
        std::vector<const MilterEntry*> found;
        bool meant = false;
        for (const MilterEntry& entry : hook.entries) {
            if (ours(entry, hook.chroot)) {
                found.push_back(&entry);
            } else if (hook.chroot && ours(entry, false)) {
                meant = true;
                outside_chroot(hook, entry);
            } else {
                other_milter(hook, entry);
            }
        }
        if (found.size() > 1)
            add({.severity = Severity::Warning,
                 .id = "milter-twice",
                 .where = origin(hook, hook.parameter),
                 .what = hook.parameter + " names postern-sign " + std::to_string(found.size()) +
                         " times (" + found[0]->text + ", " + found[1]->text + ")",
                 .why = "Every message is signed as often.",
                 .mend = hook.parameter + " = " + found[0]->text});
        if (!found.empty()) {
            for (Finding& finding : check_hook(hook, *found.front(), postfix_, queue_, host_))
                add(std::move(finding));
        }
        return meant || !found.empty();
    }

    void outside_chroot(const Hook& hook, const MilterEntry& entry) {
        const auto other = reachable(true);
        const std::string service = hook.service != nullptr ? hook.service->label() : "cleanup";
        add({.severity = Severity::Error,
             .id = "socket-chroot",
             .where = origin(hook, hook.parameter),
             .what = service + " runs chrooted in " + queue_ + " and cannot reach " + entry.text,
             .why = "It looks for " + queue_ + entry.endpoint->path +
                    ". Postfix takes such a milter for one that is down.",
             .mend = other ? hook.parameter + " = " + *other
                           : "[sign] listen = unix:" + queue_ + "/postern/sign.sock\n" +
                                 hook.parameter + " = unix:postern/sign.sock"});
    }

    void other_milter(const Hook& hook, const MilterEntry& entry) {
        if (!entry.endpoint) {
            add({.severity = Severity::Error,
                 .id = "milter-syntax",
                 .where = origin(hook, hook.parameter),
                 .what = hook.parameter + ": " + entry.text + ": " + entry.endpoint.error().message,
                 .why = "Postfix takes such a milter for one that is down.",
                 .mend = line(hook.parameter, hook.chroot)});
            return;
        }
        const SocketAddress& address = *entry.endpoint;
        const bool unix_name = address.kind == SocketAddress::Kind::Unix &&
                               address.path.find("opendkim") != std::string::npos;
        // What installers and guides give to OpenDKIM.
        const bool port = address.kind != SocketAddress::Kind::Unix &&
                          (address.port == 8891 || address.port == 12301);
        if (!unix_name && !port) return;
        if (std::none_of(hook.entries.begin(), hook.entries.end(),
                         [&](const MilterEntry& one) { return ours(one, hook.chroot); }))
            return; // not yet changed over to us: only one signer
        add({.severity = Severity::Warning,
             .id = "two-signers",
             .where = origin(hook, hook.parameter),
             .what =
                 entry.text + " in " + hook.parameter + " looks like OpenDKIM, beside postern-sign",
             .why = "If it signs too, mail gets two signatures for the same domain.",
             .mend = line(hook.parameter, hook.chroot)});
    }

    void daemon_name(const Hook& hook, bool submission) {
        const std::string name = value(hook, "milter_macro_daemon_name");
        const bool known = std::find(sign_.daemon_names.begin(), sign_.daemon_names.end(), name) !=
                           sign_.daemon_names.end();
        const bool logins = sign_.sign_logins && is_yes(value(hook, "smtpd_sasl_auth_enable"));
        const PostfixService& service = *hook.service;
        if (known && !submission && !is_loopback_only(service)) {
            add({.severity = Severity::Error,
                 .id = "open-signer",
                 .where = origin(hook, "milter_macro_daemon_name"),
                 .what = "smtpd of " + service.label() + " calls itself " + name +
                         ", which sign-macros takes for mail of ours",
                 .why = "Mail from anybody that names one of our domains is signed there.",
                 .mend = "set milter_macro_daemon_name only with -o at the submission services"});
            return;
        }
        if (known || service.overrides.count("milter_macro_daemon_name") == 0) {
            if (submission && !known && !logins)
                add({.severity = Severity::Warning,
                     .id = "origin-unknown",
                     .where = postfix_.origin(service),
                     .what = "nothing tells postern-sign that mail of " + service.label() +
                             " is ours to sign",
                     .why = "Without a login it counts neither as ours by sign-logins nor by "
                            "sign-macros; only clients in internal-hosts are signed.",
                     .mend = "  -o milter_macro_daemon_name=" +
                             (sign_.daemon_names.empty() ? "ORIGINATING"
                                                         : sign_.daemon_names.front())});
            return;
        }
        add({.severity = logins ? Severity::Note : Severity::Warning,
             .id = "daemon-name",
             .where = origin(hook, "milter_macro_daemon_name"),
             .what = "smtpd of " + service.label() + " calls itself " + name +
                     ", which is not among sign-macros",
             .why = logins ? "Only clients that log in are signed there."
                           : "Its mail does not count as ours; only clients in internal-hosts are "
                             "signed.",
             .mend = "[sign] sign-macros = {daemon_name}=" +
                     join(with(sign_.daemon_names, name), "|")});
    }

    static std::vector<std::string> with(std::vector<std::string> names, const std::string& name) {
        names.push_back(name);
        return names;
    }

    void local_mail() {
        if (!sign_.sign_local) return;
        const PostfixService* cleanup = postfix_.find("cleanup", "unix");
        const Hook hook{.service = cleanup,
                        .parameter = "non_smtpd_milters",
                        .entries = parse_milters(cleanup != nullptr
                                                     ? postfix_.value(*cleanup, "non_smtpd_milters")
                                                     : postfix_.value("non_smtpd_milters")),
                        .chroot = cleanup != nullptr && cleanup->chroot};
        if (!examine(hook)) {
            add({.severity = Severity::Warning,
                 .id = "local-unsigned",
                 .where = origin(hook, "non_smtpd_milters"),
                 .what = "non_smtpd_milters does not name postern-sign",
                 .why = "Mail from sendmail(1) and cron leaves unsigned.",
                 .mend = line("non_smtpd_milters", hook.chroot)});
            return;
        }
        if (!contains_word(value(hook, "internal_mail_filter_classes"), "bounce"))
            add({.severity = Severity::Note,
                 .id = "bounces-unsigned",
                 .where = origin(hook, "internal_mail_filter_classes"),
                 .what = "bounces are not passed to milters",
                 .why = "Non-delivery reports of this host leave unsigned, which is Postfix's "
                        "default.",
                 .mend = "internal_mail_filter_classes = bounce"});
    }

    /// A content filter that hands mail back to a smtpd which passes it to us once more.
    void reinjection() {
        for (const PostfixService* service : wired_services_) {
            const auto found = service->overrides.find("content_filter");
            if (found == service->overrides.end() || !found->second.empty()) continue;
            const bool filtered_before =
                std::any_of(wired_services_.begin(), wired_services_.end(), [&](const auto* other) {
                    return other != service && !postfix_.value(*other, "content_filter").empty();
                });
            if (!filtered_before) continue;
            add({.severity = Severity::Warning,
                 .id = "signed-again",
                 .where = postfix_.origin(*service),
                 .what = "smtpd of " + service->label() +
                         " takes mail back from a content filter and passes it to postern-sign "
                         "again",
                 .why = "A message is signed before the filter and after it; the first signature "
                        "breaks if the filter changes anything.",
                 .mend = "  -o smtpd_milters="});
        }
    }

    void not_wired() {
        const PostfixService* cleanup = postfix_.find("cleanup", "unix");
        const bool chroot =
            (cleanup != nullptr && cleanup->chroot) ||
            std::any_of(postfix_.services().begin(), postfix_.services().end(),
                        [](const auto& one) { return one.command == "smtpd" && one.chroot; });
        std::string mend = line("smtpd_milters", chroot);
        if (sign_.sign_local) mend += "\nnon_smtpd_milters = $smtpd_milters";
        if (!reachable(chroot))
            mend = "[sign] listen = unix:" + queue_ + "/postern/sign.sock\n" + mend;
        add({.severity = Severity::Error,
             .id = "not-wired",
             .where = postfix_.origin("smtpd_milters"),
             .what = "no smtpd service of this Postfix passes mail to postern-sign",
             .why = "Everything leaves unsigned.",
             .mend = std::move(mend)});
    }

    const PostfixConfig& postfix_;
    const SignFacts& sign_;
    const Host& host_;
    std::string queue_;
    Findings findings_;
    bool wired_ = false;
    std::vector<const PostfixService*> wired_services_;
    Findings unsigned_submission_;
};

} // namespace

Findings check_postfix(const PostfixConfig& postfix, const SignFacts& sign, const Host& host) {
    if (sign.listen.empty()) return {}; // nothing to match; the configuration says what is wrong
    return Checker(postfix, sign, host).run();
}

Findings check_sockets(const std::string& program, std::span<const SocketAddress> listen,
                       const config::Origin& where, const Host& host) {
    Findings findings;
    for (const SocketAddress& address : listen) {
        Finding finding{.severity = Severity::Error,
                        .id = "socket-dead",
                        .where = where,
                        .what = {},
                        .why = "Postfix does with mail what milter_default_action says.",
                        .mend = "systemctl start " + program};
        if (address.kind == SocketAddress::Kind::Unix) {
            const auto facts = host.path(address.path);
            if (!facts) {
                finding.id = "socket-missing";
                finding.what = "nothing listens at " + address.text() + ": there is no such file";
                findings.push_back(std::move(finding));
                continue;
            }
            if ((facts->mode & S_IFMT) != S_IFSOCK) {
                finding.id = "socket-not-a-socket";
                finding.what = address.path + " is no socket";
                finding.mend = "mv " + address.path + " elsewhere, then start " + program;
                findings.push_back(std::move(finding));
                continue;
            }
        }
        if (const auto answer = host.probe_milter(address); !answer) {
            finding.what = "no milter answers at " + address.text() + ": " + answer.error().message;
            findings.push_back(std::move(finding));
        }
    }
    return findings;
}

} // namespace postern::tool
