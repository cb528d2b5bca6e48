#include "milters/sign/config.hpp"

#include "common/base/text.hpp"
#include "common/config/reader.hpp"
#include "common/tables/table_option.hpp"
#include "milters/sign/key_chain.hpp"
#include "milters/sign/key_directory.hpp"
#include "milters/sign/single_key.hpp"
#include "milters/sign/table_keys.hpp"

#include <filesystem>
#include <iterator>
#include <utility>

namespace postern::sign {
namespace {

using config::Reader;

/// Loads the parts of one snapshot; what they report is gathered for the caller.
class Loader {
public:
    Loader(const config::Settings& settings, std::shared_ptr<KeyRing> ring,
           config::Problems& problems)
        : sign_(settings, "sign", problems), ring_(std::move(ring)),
          tables_(sign_, "sign", problems, warnings_) {}

    Config load() {
        Config config;
        config.origin = origin();
        config.keys = keys();
        config.signing = signing();
        config.login_guard = sign_.choice<LoginGuard>("require-login-match",
                                                      {{"off", LoginGuard::Off},
                                                       {"log", LoginGuard::Log},
                                                       {"no-signature", LoginGuard::NoSignature},
                                                       {"reject", LoginGuard::Reject}});
        if (config.login_guard != LoginGuard::Off) config.logins = logins();
        config.remove_results = sign_.flag("remove-authres");
        config.authserv_ids = sign_.list("authserv-id");
        config.header_limits.octets = sign_.size("max-header-size", {.min = 1024, .max = 1U << 30});
        config.header_limits.fields =
            sign_.number<std::uint32_t>("max-header-fields", {.min = 1, .max = 1'000'000});
        return config;
    }

    config::Problems take_warnings() { return std::move(warnings_); }

private:
    OriginRules origin() {
        OriginRules rules;
        const auto open = sign_.flag("allow-open-signer") ? tables::OpenHosts::Allowed
                                                          : tables::OpenHosts::Refused;
        rules.internal_hosts = tables_.load("internal-hosts", [&](tables::Report& found) {
            return tables::HostList::load(tables_.list("internal-hosts"), open, found);
        });
        rules.login = sign_.flag("sign-logins");
        rules.local_submission = sign_.flag("sign-local");
        auto macros = parse_macro_rules(join(sign_.list("sign-macros"), ","));
        if (macros)
            rules.macros = std::move(*macros);
        else
            sign_.problem("sign-macros", macros.error().message,
                          "write {daemon_name}=ORIGINATING or the like");
        return rules;
    }

    std::shared_ptr<const KeySource> keys() {
        std::vector<std::shared_ptr<const KeySource>> sources;
        if (auto tables = table_keys()) sources.push_back(std::move(tables));
        if (auto directory = key_directory()) sources.push_back(std::move(directory));
        if (auto single = single_key()) sources.push_back(std::move(single));
        if (sources.empty())
            warnings_.push_back({.origin = sign_.origin("key-directory"),
                                 .option = "[sign]",
                                 .what = "no keys: every message is passed unsigned",
                                 .remedy = "set key-directory, signing-table or domain, or make a "
                                           "key with postern keygen"});
        if (sources.size() == 1) return sources.front();
        return std::make_shared<const KeyChain>(std::move(sources));
    }

    std::shared_ptr<const KeySource> table_keys() {
        const bool keys_given = sign_.is_set("key-table");
        const bool signing_given = sign_.is_set("signing-table");
        if (!keys_given && !signing_given) return nullptr;
        if (!keys_given || !signing_given) {
            sign_.problem(keys_given ? "key-table" : "signing-table",
                          keys_given ? "signing-table is missing" : "key-table is missing",
                          "the two tables work together: set both");
            return nullptr;
        }
        const auto matches = sign_.flag("multiple-signatures") ? Matches::All : Matches::First;
        return tables_.load("signing-table", [&](tables::Report& found) {
            return TableKeys::load(tables_.table("key-table"), tables_.table("signing-table"),
                                   matches, ring_, found);
        });
    }

    std::shared_ptr<const KeySource> key_directory() {
        if (!sign_.is_set("key-directory")) return nullptr;
        const std::string path = sign_.path("key-directory");
        std::error_code ignored;
        // The default directory need not be there; one that was named must.
        if (!sign_.given("key-directory") && !std::filesystem::exists(path, ignored))
            return nullptr;
        const auto parents = sign_.flag("parent-domains") ? ParentDomains::Yes : ParentDomains::No;
        return tables_.load("key-directory", [&](tables::Report& found) {
            return KeyDirectory::load(path, parents, ring_, found);
        });
    }

    std::shared_ptr<const KeySource> single_key() {
        const bool any =
            sign_.is_set("domain") || sign_.is_set("selector") || sign_.is_set("key-file");
        if (!any) return nullptr;
        bool complete = true;
        for (const std::string_view option : {"domain", "selector", "key-file"}) {
            if (sign_.is_set(option)) continue;
            sign_.problem(option, "is missing",
                          "domain, selector and key-file work together: set all three");
            complete = false;
        }
        if (!complete) return nullptr;
        const SingleKey::Settings settings{
            .domains = tables_.list("domain"),
            .selector = sign_.text("selector"),
            .key_file = sign_.path("key-file"),
            .parents = sign_.flag("sub-domains") ? ParentDomains::Yes : ParentDomains::No};
        return tables_.load("key-file", [&](tables::Report& found) {
            return SingleKey::load(settings, ring_, found);
        });
    }

    dkim::SigningOptions signing() {
        using enum message::Canonicalization;
        struct Pair {
            message::Canonicalization header, body;
        };
        const auto forms =
            sign_.choice<Pair>("canonicalization", {{"relaxed/relaxed", {Relaxed, Relaxed}},
                                                    {"relaxed/simple", {Relaxed, Simple}},
                                                    {"simple/relaxed", {Simple, Relaxed}},
                                                    {"simple/simple", {Simple, Simple}}});
        dkim::SigningOptions options{.header = forms.header, .body = forms.body};
        auto selection = dkim::HeaderSelection::parse(join(sign_.list("sign-headers"), ","),
                                                      join(sign_.list("oversign-headers"), ","));
        if (selection)
            options.selection = std::move(*selection);
        else
            sign_.problem("sign-headers", selection.error().message,
                          "write header field names, * for the defaults, +NAME or -NAME");
        options.timestamp = sign_.flag("timestamp");
        if (sign_.is_set("signature-ttl"))
            options.expiry = sign_.duration("signature-ttl", {.min = std::chrono::minutes(1)});
        if (options.expiry && !options.timestamp)
            sign_.problem("signature-ttl", "needs timestamp = yes",
                          "x= counts from t= (RFC 6376 3.5)");
        return options;
    }

    std::optional<LoginMap> logins() {
        if (!sign_.is_set("login-map")) {
            sign_.problem("login-map", "is missing",
                          "require-login-match needs a table of who may write as whom");
            return std::nullopt;
        }
        return tables_.load("login-map", [&](tables::Report& found) {
            return LoginMap::load(sign_.path("login-map"), sign_.text("recipient-delimiter"),
                                  found);
        });
    }

    Reader sign_;
    std::shared_ptr<KeyRing> ring_;
    config::Problems warnings_;
    tables::TableOptions tables_;
};

} // namespace

LoadedConfig load_config(const config::Settings& settings, const std::shared_ptr<KeyRing>& ring,
                         config::Problems& problems) {
    const std::size_t before = problems.size();
    Loader loader(settings, ring, problems);
    auto config = std::make_shared<const Config>(loader.load());
    LoadedConfig loaded{.config = nullptr, .warnings = loader.take_warnings()};
    if (problems.size() == before) loaded.config = std::move(config);
    return loaded;
}

KeyRingOptions key_ring_options(const config::Settings& settings, std::optional<KeyReader> reader,
                                config::Problems& problems) {
    enum class Unsafe { Warn, Refuse };
    Reader sign(settings, "sign", problems);
    KeyRingOptions options;
    options.refuse_unsafe =
        sign.choice<Unsafe>("key-permissions",
                            {{"warn", Unsafe::Warn}, {"refuse", Unsafe::Refuse}}) == Unsafe::Refuse;
    options.reader = std::move(reader);
    return options;
}

} // namespace postern::sign
