#include "tools/postern/sign_settings.hpp"

#include "common/base/clock.hpp"
#include "common/base/file.hpp"
#include "common/base/text.hpp"
#include "common/config/command_line.hpp"
#include "common/config/log_options.hpp"
#include "common/config/reader.hpp"
#include "common/daemon/process_options.hpp"
#include "milters/sign/config.hpp"
#include "milters/sign/key_table.hpp"
#include "milters/sign/options.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

namespace postern::tool {
namespace {

using config::Reader;

constexpr const char* kDefaultKeyDirectory = "/etc/postern/keys";

/// [sign], with what is wrong going nowhere: it was said when the daemon's code read it.
class Quiet {
public:
    explicit Quiet(const config::Settings& settings) : reader_(settings, "sign", ignored_) {}
    Reader* operator->() { return &reader_; }

private:
    config::Problems ignored_;
    Reader reader_;
};

SignFacts facts_of(const config::Settings& settings, std::vector<SocketAddress> listen) {
    Quiet sign(settings);
    SignFacts facts;
    facts.listen = std::move(listen);
    facts.listen_origin = sign->origin("listen");
    facts.sign_logins = sign->flag("sign-logins");
    facts.sign_local = sign->flag("sign-local");
    if (const auto rules = sign::parse_macro_rules(join(sign->list("sign-macros"), ",")))
        for (const sign::MacroRule& rule : *rules)
            if (rule.macro == "{daemon_name}")
                facts.daemon_names.insert(facts.daemon_names.end(), rule.values.begin(),
                                          rule.values.end());
    return facts;
}

/// Every key file the configuration names, without those whose path has an author's domain in it.
std::set<std::string> key_files(const config::Settings& settings) {
    namespace fs = std::filesystem;
    constexpr std::size_t kMost = 100'000; // a doctor may be slow, not endless
    Quiet sign(settings);
    std::set<std::string> files;
    if (const std::string path = sign->path("key-file"); !path.empty()) files.insert(path);
    if (const std::string directory = sign->path("key-directory"); !directory.empty()) {
        std::error_code error;
        for (fs::recursive_directory_iterator
                 at(directory, fs::directory_options::skip_permission_denied, error),
             end;
             !error && at != end && files.size() < kMost; at.increment(error)) {
            const fs::path& path = at->path();
            if (at.depth() == 1 && path.extension() == ".pem" &&
                !path.filename().string().starts_with('.'))
                files.insert(path.string());
            if (at.depth() >= 1) at.disable_recursion_pending();
        }
    }
    if (sign->is_set("key-table")) {
        if (const auto spec = tables::TableSpec::parse(sign->text("key-table"))) {
            tables::Report ignored;
            sign::KeyRingOptions lazy;
            lazy.eager = 0; // the rows are wanted, not the keys
            static const SystemClock clock;
            const auto table =
                sign::KeyTable::load(tables::Table::read(*spec, ignored),
                                     std::make_shared<sign::KeyRing>(clock, lazy), ignored);
            for (const sign::KeyRow& row : table.rows())
                if (row.file && files.size() < kMost) files.insert(row.file->path());
        }
    }
    return files;
}

/// Keys are read as root and again, when they change, as the user the daemon has become by then.
void check_readable(const std::set<std::string>& files, const UserFacts& user, const Host& host,
                    Findings& findings) {
    std::set<std::string> closed_reported;
    for (const std::string& file : files) {
        const auto facts = host.path(file);
        if (!facts) continue; // the daemon's own code said so
        const std::string why =
            "The key is read as root when postern-sign starts, but a new one put "
            "in its place is not noticed before a restart.";
        if (const auto closed = closed_directory(host, user, file)) {
            if (!closed_reported.insert(*closed).second) continue;
            const auto directory = host.path(*closed);
            findings.push_back(
                {.severity = Severity::Warning,
                 .id = "key-directory-closed",
                 .where = {.file = *closed, .line = 0},
                 .what = "user " + user.name + " may not pass this directory with keys (" +
                         (directory ? describe(host, *directory) : "gone") + ")",
                 .why = why,
                 .mend = "chgrp " + user.name + " " + *closed + " && chmod 0750 " + *closed});
            continue;
        }
        if (may(user, *facts, kRead)) continue;
        findings.push_back({.severity = Severity::Warning,
                            .id = "key-unreadable",
                            .where = {.file = file, .line = 0},
                            .what = "user " + user.name + " may not read this key (" +
                                    describe(host, *facts) + ")",
                            .why = why,
                            .mend = "chgrp " + user.name + " " + file + " && chmod 0640 " + file});
    }
}

/// Whoever may write to a directory can put another key in it.
void check_owners(const std::set<std::string>& files, const std::optional<UserFacts>& user,
                  const Host& host, Findings& findings) {
    for (const std::string& file : files) {
        const auto facts = host.path(file);
        if (!facts || facts->owner == 0 || (user && facts->owner == user->uid)) continue;
        findings.push_back({.severity = Severity::Warning,
                            .id = "key-owner",
                            .where = {.file = file, .line = 0},
                            .what = "this key belongs to user " + host.user_name(facts->owner),
                            .why = "Its owner can read and replace it; only root and the user of "
                                   "postern-sign should.",
                            .mend = "chown root " + file});
    }
}

} // namespace

std::string configured_key_directory(const std::string& path) {
    config::Problems ignored;
    const auto settings =
        config::load_settings({.path = path, .path_named = false}, sign::sections(), ignored);
    Quiet sign(settings);
    const std::string directory = sign->path("key-directory");
    return directory.empty() ? kDefaultKeyDirectory : directory;
}

SignCheck check_sign(const std::string& path, bool named, const Host& host) {
    SignCheck result;
    config::Problems problems;
    const auto settings =
        config::load_settings({.path = path, .path_named = named}, sign::sections(), problems);
    config::read_log_config(settings, problems);

    Reader section(settings, "sign", problems);
    const daemon::ProcessConfig process = daemon::read_process_config(section);
    std::optional<UserFacts> user;
    std::optional<sign::KeyReader> reader;
    if (process.user) {
        user = UserFacts{
            .name = process.user->name, .uid = process.user->uid, .groups = process.user->groups};
        reader = sign::KeyReader{.user = user->uid, .groups = user->groups};
    }
    sign::KeyRingOptions options = sign::key_ring_options(settings, std::move(reader), problems);
    const SystemClock clock;
    const auto ring = std::make_shared<sign::KeyRing>(clock, std::move(options));
    const sign::LoadedConfig loaded = sign::load_config(settings, ring, problems);

    config::in_file_order(problems);
    for (const config::Problem& problem : problems)
        result.findings.push_back(
            finding_of(Severity::Error, "configuration", problem,
                       "postern-sign does not start with this, and a reload keeps "
                       "the old configuration."));
    for (const config::Problem& warning : loaded.warnings)
        result.findings.push_back(finding_of(Severity::Warning, "sign", warning, {}));
    const std::set<std::string> files = key_files(settings);
    check_owners(files, user, host, result.findings);
    if (user) check_readable(files, *user, host, result.findings);
    result.facts = facts_of(settings, process.listen);
    return result;
}

} // namespace postern::tool
