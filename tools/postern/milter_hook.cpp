#include "tools/postern/milter_hook.hpp"

#include "common/base/text.hpp"

#include <utility>

namespace postern::tool {
namespace {

constexpr long kShortestContentTimeout = 30; // seconds; a large message on a busy host
constexpr long kShortestCommandTimeout = 5;
constexpr int kProtocol = 6; // the first with SMFIP_HDR_LEADSPC

class HookChecker {
public:
    HookChecker(const Hook& hook, const MilterEntry& entry, const PostfixConfig& postfix,
                const std::string& queue, const Host& host)
        : hook_(hook), entry_(entry), postfix_(postfix), queue_(queue), host_(host) {}

    Findings run() {
        default_action();
        protocol();
        timeouts();
        permissions();
        return std::move(findings_);
    }

private:
    config::Origin origin(std::string_view parameter) const {
        return hook_.origin(postfix_, parameter);
    }
    std::string value(std::string_view parameter) const { return hook_.value(postfix_, parameter); }

    void default_action() {
        const auto own = entry_.options.find("default_action");
        const bool is_own = own != entry_.options.end();
        const std::string action = is_own ? own->second : value("milter_default_action");
        const config::Origin where =
            is_own ? origin(hook_.parameter) : origin("milter_default_action");
        const bool has_shutdown = postfix_.version() >= PostfixConfig::Version{3, 11};
        const std::string good = has_shutdown ? "shutdown" : "tempfail";
        const std::string mend = "milter_default_action = " + good;
        if (action.empty() || action == "tempfail" || (action == "shutdown" && has_shutdown))
            return;
        Finding finding{.severity = Severity::Warning,
                        .id = "default-action",
                        .where = where,
                        .what = "milter_default_action is " + action,
                        .why = {},
                        .mend = mend};
        if (action == "accept") {
            finding.why = "While postern-sign is down, mail leaves unsigned instead of waiting.";
        } else if (action == "reject") {
            finding.why =
                "While postern-sign is down, mail is refused for good instead of waiting.";
        } else if (action == "quarantine") {
            finding.severity = Severity::Note;
            finding.why =
                "While postern-sign is down, mail goes to the hold queue, and postsuper -H "
                "releases it unsigned.";
        } else {
            finding.severity = Severity::Error;
            finding.why = action == "shutdown"
                              ? "Postfix knows it from version 3.11 on; this one is " +
                                    postfix_.value("mail_version") + "."
                              : "Postfix knows no such action.";
        }
        findings_.push_back(std::move(finding));
    }

    void protocol() {
        const auto own = entry_.options.find("protocol");
        const bool is_own = own != entry_.options.end();
        const std::string text = is_own ? own->second : value("milter_protocol");
        const auto words = split_list(text);
        if (words.empty() || parse_number<int>(words.front()).value_or(0) >= kProtocol) return;
        findings_.push_back(
            {.severity = Severity::Error,
             .id = "milter-protocol",
             .where = is_own ? origin(hook_.parameter) : origin("milter_protocol"),
             .what = "milter_protocol is " + text,
             .why = "postern-sign needs version 6: before it Postfix takes the blank behind the "
                    "colon of a header field away, and signatures over it would break.",
             .mend = "milter_protocol = 6"});
    }

    void timeouts() {
        struct Limit {
            const char *parameter, *option;
            long shortest;
            const char* standard;
        };
        for (const Limit& limit :
             {Limit{"milter_content_timeout", "content_timeout", kShortestContentTimeout, "300s"},
              Limit{"milter_command_timeout", "command_timeout", kShortestCommandTimeout, "30s"}}) {
            const auto own = entry_.options.find(limit.option);
            const bool is_own = own != entry_.options.end();
            const std::string text = is_own ? own->second : value(limit.parameter);
            const auto seconds = parse_postfix_time(text);
            if (!seconds || *seconds >= limit.shortest) continue;
            findings_.push_back(
                {.severity = Severity::Warning,
                 .id = limit.option,
                 .where = is_own ? origin(hook_.parameter) : origin(limit.parameter),
                 .what = std::string(limit.parameter) + " is only " + text,
                 .why = "On a busy host Postfix gives up on a signature that is under way.",
                 .mend = std::string(limit.parameter) + " = " + limit.standard});
        }
    }

    void permissions() {
        if (entry_.endpoint->kind != SocketAddress::Kind::Unix) return;
        const std::string owner = postfix_.value("mail_owner");
        const auto user = host_.user(owner);
        if (!user) return; // postfix check says that itself
        const std::string& written = entry_.endpoint->path;
        const bool from_queue = hook_.chroot || !written.starts_with('/');
        const std::string path = host_.real_path(!from_queue ? written : queue_ + "/" + written);
        if (const auto closed = closed_directory(host_, *user, path, from_queue ? queue_ : "")) {
            const auto facts = host_.path(*closed);
            findings_.push_back(
                {.severity = Severity::Error,
                 .id = "socket-directory",
                 .where = {.file = *closed, .line = 0},
                 .what = "user " + owner + " may not pass this directory on the way to " + path +
                         (facts ? " (" + describe(host_, *facts) + ")" : ""),
                 .why = "Postfix cannot connect, and takes the milter for one that is down.",
                 .mend = "chmod a+x " + *closed});
            return;
        }
        const auto facts = host_.path(path);
        if (!facts || may(*user, *facts, kWrite)) return;
        const std::string group = host_.group_name(facts->group);
        const bool group_writes = (facts->mode & (kWrite << 3U)) != 0 && facts->group != 0;
        findings_.push_back(
            {.severity = Severity::Error,
             .id = "socket-permission",
             .where = {.file = path, .line = 0},
             .what = "user " + owner + " may not write to this socket (" + describe(host_, *facts) +
                     ")",
             .why = "Postfix cannot connect, and takes the milter for one that is down.",
             .mend = group_writes ? "usermod --append --groups " + group + " " + owner +
                                        " && systemctl restart postfix"
                                  : "[sign] socket-group = " + owner + ", socket-mode = 0660"});
    }

    const Hook& hook_;
    const MilterEntry& entry_;
    const PostfixConfig& postfix_;
    const std::string& queue_;
    const Host& host_;
    Findings findings_;
};

} // namespace

Findings check_hook(const Hook& hook, const MilterEntry& entry, const PostfixConfig& postfix,
                    const std::string& queue_directory, const Host& host) {
    return HookChecker(hook, entry, postfix, queue_directory, host).run();
}

} // namespace postern::tool
