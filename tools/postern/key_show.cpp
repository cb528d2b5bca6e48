#include "tools/postern/key_show.hpp"

#include "common/base/domain.hpp"
#include "common/base/file.hpp"
#include "tools/postern/arguments.hpp"
#include "tools/postern/key_report.hpp"
#include "tools/postern/keygen.hpp"

#include <array>
#include <filesystem>
#include <ostream>
#include <vector>

namespace postern::tool {
namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;

constexpr std::array kOptions{
    ArgumentOption{.name = "domain",
                   .letter = 'd',
                   .value = "DOMAIN",
                   .help = "Without it the name of the directory the file is in."},
    ArgumentOption{.name = "selector",
                   .letter = 's',
                   .value = "SELECTOR",
                   .help = "Without it the name of the file without .pem."},
    ArgumentOption{.name = "zone", .help = "Print only the lines for a zone file."},
    ArgumentOption{.name = "json", .help = "Print a JSON list with one object per key."},
};

constexpr Usage kUsage{
    .command = "key show",
    .purpose = "Prints the TXT record that publishes the public half of private keys that exist.",
    .options = kOptions,
    .positional = "FILE ...",
    .min_positional = 1,
    .max_positional = 100'000,
    .examples = "  postern key show /etc/postern/keys/example.org/202611r.pem\n"
                "  postern key show --zone /etc/postern/keys/*/*.pem",
    .exit_codes = "  0   printed\n"
                  "  64  the command line is wrong\n"
                  "  65  a file is no private key\n"
                  "  66  a file cannot be read",
};

/// Of a path in the layout of keygen; empty where the path has none that could be one.
std::string domain_of(const std::filesystem::path& file) {
    const std::string directory = file.parent_path().filename().string();
    if (directory.find('.') == std::string::npos) return {};
    return to_a_labels(directory).value_or(std::string());
}

std::string selector_of(const std::filesystem::path& file) {
    return parse_selector(file.stem().string()).value_or(std::string());
}

int run(const Arguments& arguments, Streams io) {
    if (arguments.given("json") && arguments.given("zone"))
        return usage_error(kUsage.command, {"--json and --zone cannot stand together"}, io);
    std::string domain, selector;
    if (arguments.given("domain")) {
        auto name = to_a_labels(arguments.text("domain"));
        if (!name) return usage_error(kUsage.command, name.error(), io);
        domain = std::move(*name);
    }
    if (arguments.given("selector")) {
        auto name = parse_selector(arguments.text("selector"));
        if (!name) return usage_error(kUsage.command, name.error(), io);
        selector = std::move(*name);
    }

    std::vector<PublishedKey> keys;
    int code = exit_code::kOk;
    for (const std::string& path : arguments.positional()) {
        const auto content = read_file(path, kMaxKeyFile);
        if (!content) {
            code = failure(kUsage.command, content.error(), exit_code::kNoInput, io);
            continue;
        }
        const auto key = crypto::PrivateKey::parse(content->text);
        if (!key) {
            code = failure(kUsage.command, {path + ": " + key.error().message},
                           exit_code::kDataError, io);
            continue;
        }
        std::error_code ignored; // a path that cannot be made absolute is taken as it is
        const auto place = std::filesystem::absolute(path, ignored);
        keys.push_back(describe_key(*key, domain.empty() ? domain_of(place) : domain,
                                    selector.empty() ? selector_of(place) : selector, path));
    }
    const KeyReport report = arguments.given("json")   ? KeyReport::Json
                             : arguments.given("zone") ? KeyReport::Zone
                                                       : KeyReport::Human;
    print_keys(io.out, keys, report);
    return code;
}

} // namespace

const Command kKeyShow{.name = "key show",
                       .summary = "prints the DNS record of a key that exists",
                       .usage = &kUsage,
                       .run = run};

} // namespace postern::tool
