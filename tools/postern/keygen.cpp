#include "tools/postern/keygen.hpp"

#include "common/base/clock.hpp"
#include "common/base/domain.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/daemon/privileges.hpp"
#include "tools/postern/arguments.hpp"
#include "tools/postern/key_file.hpp"
#include "tools/postern/key_report.hpp"
#include "tools/postern/sign_settings.hpp"

#include <sys/stat.h>

#include <array>
#include <chrono>
#include <optional>
#include <ostream>
#include <vector>

namespace postern::tool {
namespace {

using crypto::KeyType;
using crypto::PrivateKey;

constexpr std::array kOptions{
    ArgumentOption{.name = "domain",
                   .letter = 'd',
                   .value = "DOMAIN",
                   .help =
                       "The domain that signs (d=). International names are converted to A-labels.",
                   .repeat = Repeat::Many},
    ArgumentOption{
        .name = "selector",
        .letter = 's',
        .value = "SELECTOR",
        .help = "Names the key below the domain. Without it year and month with r for RSA or "
                "e for Ed25519, as in 202611r. With --type both, r and e are added to the "
                "one given."},
    ArgumentOption{.name = "type",
                   .letter = 't',
                   .value = "TYPE",
                   .default_value = "rsa",
                   .help =
                       "rsa, ed25519, or both: one key of each, and every message is signed twice. "
                       "Not every verifier knows Ed25519 yet, so it does not stand alone well."},
    ArgumentOption{
        .name = "bits",
        .letter = 'b',
        .value = "NUMBER",
        .default_value = "2048",
        .help = "Size of an RSA key: 2048, 3072 or 4096. Over 2048 the record does not fit into "
                "one UDP answer with some resolvers."},
    ArgumentOption{.name = "key-directory",
                   .letter = 'D',
                   .value = "DIRECTORY",
                   .help = "Where DOMAIN/SELECTOR.pem is made. Without it [sign] key-directory of "
                           "postern.conf, else /etc/postern/keys."},
    ArgumentOption{.name = "config",
                   .letter = 'c',
                   .value = "FILE",
                   .default_value = "/etc/postern/postern.conf",
                   .help = "Where key-directory is looked up."},
    ArgumentOption{
        .name = "group",
        .letter = 'g',
        .value = "GROUP",
        .help = "Group of new files and directories: the one postern-sign runs as. Without it "
                "they get your own, or that of a directory with the set-group-ID bit."},
    ArgumentOption{.name = "zone", .help = "Print only the lines for a zone file."},
    ArgumentOption{.name = "json", .help = "Print a JSON list with one object per key."},
};

constexpr Usage kUsage{
    .command = "keygen",
    .purpose =
        "Makes a private key for DKIM signatures as DIRECTORY/DOMAIN/SELECTOR.pem, mode 0640, and "
        "prints the TXT record that publishes its public half. A file that exists is never "
        "overwritten.",
    .options = kOptions,
    .examples = "  postern keygen --domain example.org --group postern\n"
                "  postern keygen -d example.org -d example.net --type both --zone",
    .exit_codes = "  0   made\n"
                  "  64  the command line is wrong\n"
                  "  73  a file exists already, or cannot be written",
};

struct Request {
    std::vector<std::string> domains;
    std::vector<KeyType> types;
    std::string selector; ///< empty: by date
    unsigned bits = 2048;
    std::string directory;
    std::optional<gid_t> group;
    KeyReport report = KeyReport::Human;
};

struct Target {
    std::string domain, selector, path;
    KeyType type;
};

Result<Request> read_request(const Arguments& arguments) {
    Request request;
    for (const std::string& name : arguments.texts("domain")) {
        auto domain = to_a_labels(name);
        if (!domain)
            return fail("--domain " + escape_for_log(name) + ": " + domain.error().message);
        request.domains.push_back(std::move(*domain));
    }
    if (request.domains.empty()) return fail("--domain is missing");

    const std::string type = arguments.text("type");
    if (type == "rsa")
        request.types = {KeyType::Rsa};
    else if (type == "ed25519")
        request.types = {KeyType::Ed25519};
    else if (type == "both")
        request.types = {KeyType::Rsa, KeyType::Ed25519};
    else
        return fail("--type " + escape_for_log(type) + ": write rsa, ed25519 or both");

    const auto bits = parse_number<unsigned>(arguments.text("bits"));
    if (!bits || (*bits != 2048 && *bits != 3072 && *bits != 4096))
        return fail("--bits " + escape_for_log(arguments.text("bits")) +
                    ": write 2048, 3072 or 4096");
    if (arguments.given("bits") && type == "ed25519")
        return fail("--bits is for RSA; an Ed25519 key has always 256");
    request.bits = *bits;

    if (arguments.given("selector")) {
        auto selector = parse_selector(arguments.text("selector"));
        if (!selector) return tl::unexpected<Error>(selector.error());
        request.selector = std::move(*selector);
    }
    if (arguments.given("group")) {
        const auto group = daemon::find_group(arguments.text("group"));
        if (!group) return fail("--group: " + group.error().message);
        request.group = *group;
    }
    if (arguments.given("json") && arguments.given("zone"))
        return fail("--json and --zone cannot stand together");
    if (arguments.given("json")) request.report = KeyReport::Json;
    if (arguments.given("zone")) request.report = KeyReport::Zone;

    request.directory = arguments.given("key-directory")
                            ? arguments.text("key-directory")
                            : configured_key_directory(arguments.text("config"));
    if (request.directory.empty()) return fail("--key-directory is empty");
    return request;
}

std::vector<Target> targets_of(const Request& request) {
    std::vector<Target> targets;
    const std::int64_t now = SystemClock().unix_time();
    for (const std::string& domain : request.domains) {
        for (const KeyType type : request.types) {
            std::string selector = request.selector;
            if (selector.empty())
                selector = default_selector(now, type);
            else if (request.types.size() > 1)
                selector += type == KeyType::Rsa ? "r" : "e";
            std::string path = request.directory + "/" + domain + "/" + selector + ".pem";
            targets.push_back({domain, std::move(selector), std::move(path), type});
        }
    }
    return targets;
}

/// Nothing is made while one of several is in the way.
Result<void> all_free(const std::vector<Target>& targets) {
    for (const Target& target : targets) {
        struct stat status {};
        if (::lstat(target.path.c_str(), &status) == 0)
            return fail(target.path +
                        " exists already and is left as it is; choose another --selector, "
                        "or print its record with \"postern key show\"");
    }
    return {};
}

Result<PublishedKey> make_key(const Request& request, const Target& target) {
    const auto key = PrivateKey::generate(target.type, request.bits);
    if (!key) return tl::unexpected<Error>(key.error());
    const std::string directory = request.directory + "/" + target.domain;
    if (auto made = make_key_directory(directory, request.group); !made)
        return tl::unexpected<Error>(made.error());
    if (auto written = write_new_key_file(target.path, key->pem(), request.group); !written)
        return tl::unexpected<Error>(written.error());
    return describe_key(*key, target.domain, target.selector, target.path);
}

int run(const Arguments& arguments, Streams io) {
    const auto request = read_request(arguments);
    if (!request) return usage_error(kUsage.command, request.error(), io);
    const std::vector<Target> targets = targets_of(*request);
    if (const auto free = all_free(targets); !free)
        return failure(kUsage.command, free.error(), exit_code::kCantCreate, io);

    std::vector<PublishedKey> made;
    int code = exit_code::kOk;
    for (const Target& target : targets) {
        auto key = make_key(*request, target);
        if (!key) { // those made before are there: their records are printed all the same
            code = failure(kUsage.command, key.error(), exit_code::kCantCreate, io);
            break;
        }
        made.push_back(std::move(*key));
    }
    if (!made.empty() || request->report == KeyReport::Json)
        print_keys(io.out, made, request->report);
    return code;
}

bool is_label(std::string_view label) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
        return false;
    for (const char c : label)
        if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_') return false;
    return true;
}

} // namespace

std::string default_selector(std::int64_t unix_time, crypto::KeyType type) {
    using namespace std::chrono;
    const year_month_day day{floor<days>(sys_seconds{seconds{unix_time}})};
    const unsigned month = static_cast<unsigned>(day.month());
    return std::to_string(static_cast<int>(day.year())) + (month < 10 ? "0" : "") +
           std::to_string(month) + (type == KeyType::Rsa ? "r" : "e");
}

Result<std::string> parse_selector(std::string_view text) {
    constexpr std::size_t kLongest = 200; // leaves room for ._domainkey and a short domain in 253
    bool good = text.size() <= kLongest;
    for (const std::string_view label : split(text, '.'))
        good = good && is_label(label);
    if (!good)
        return fail("selector \"" + escape_for_log(text) +
                    "\": write letters, digits and inner hyphens, with dots between labels of at "
                    "most 63");
    return to_lower(text);
}

const Command kKeygen{.name = "keygen",
                      .summary = "makes a signing key and prints its DNS record",
                      .usage = &kUsage,
                      .run = run};

} // namespace postern::tool
