#include "milters/verify/config.hpp"

#include "common/base/host_name.hpp"
#include "common/base/text.hpp"
#include "common/config/reader.hpp"
#include "common/tables/table_option.hpp"

#include <algorithm>
#include <cstddef>

namespace postern::verify {
namespace {

using config::Reader;

/// RFC 5322 3.6.8.
bool is_field_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return c > ' ' && c < 127 && c != ':';
    });
}

bool is_printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet < ' ' || octet == 127;
    });
}

/// Loads the parts of one snapshot.
class Loader {
public:
    Loader(const config::Settings& settings, config::Problems& problems, config::Problems& warnings)
        : verify_(settings, "verify", problems), tables_(verify_, "verify", problems, warnings) {}

    Config load() {
        Config config;
        config.internal_hosts = tables_.load("internal-hosts", [&](tables::Report& found) {
            return tables::HostList::load(tables_.list("internal-hosts"),
                                          tables::OpenHosts::Refused, found);
        });
        config.skip_logins = verify_.flag("skip-logins");
        names(config);
        config.received_spf = verify_.flag("received-spf");
        checks(config);
        policy(config);
        limits(config);
        return config;
    }

private:
    void names(Config& config) {
        config.host_name = host_name();
        config.authserv_id = verify_.text("authserv-id");
        if (!is_printable(config.authserv_id) || config.authserv_id.size() > 255)
            verify_.problem("authserv-id", "is no name for results",
                            "write a domain name, such as example.org");
        config.further_ids = verify_.list("remove-authserv-ids");
        config.remove_received_spf = verify_.flag("remove-received-spf");
        config.remove_headers = verify_.list("remove-headers");
        for (const std::string& name : config.remove_headers)
            if (!is_field_name(name))
                verify_.problem("remove-headers", "\"" + name + "\" is no header field name",
                                "write names without colon");
        config.tag_header = verify_.text("tag-header");
        if (!is_field_name(config.tag_header))
            verify_.problem("tag-header", "is no header field name",
                            "write a name without colon, such as X-Postern-Verify");
        config.remove_headers.push_back(config.tag_header);
    }

    void checks(Config& config) {
        config.dkim.min_rsa_bits =
            verify_.number<unsigned>("min-rsa-bits", {.min = 1024, .max = 16384});
        config.dkim.limits.max_rsa_bits =
            std::max(config.dkim.limits.max_rsa_bits, config.dkim.min_rsa_bits);
        config.dkim.skew = verify_.duration("clock-skew", {.max = std::chrono::hours(24)});
        config.dkim.diagnose = verify_.flag("diagnose");
        config.dkim.limits.signatures =
            verify_.number<std::uint32_t>("max-signatures", {.min = 1, .max = 100});
        config.iprev = verify_.flag("iprev");
        enum class Engine : std::uint8_t { Own, LibSpf2, None };
        switch (verify_.choice<Engine>(
            "spf-engine",
            {{"own", Engine::Own}, {"libspf2", Engine::LibSpf2}, {"none", Engine::None}})) {
        case Engine::Own:
            config.spf = spf::make_engine(spf::EngineKind::Own);
            break;
        case Engine::LibSpf2:
            config.spf = spf::make_engine(spf::EngineKind::LibSpf2);
            if (!config.spf)
                verify_.problem("spf-engine", "this postern-verify was built without libspf2",
                                "write own, which needs no library");
            break;
        case Engine::None:
            break;
        }
    }

    void policy(Config& config) {
        PolicyRules& rules = config.policy;
        for (std::size_t i = 0; i < kConditions; ++i)
            rules.on[i] =
                verify_.choice<Action>("on-" + std::string(to_string(static_cast<Condition>(i))),
                                       {{"note", Action::Note},
                                        {"tag", Action::Tag},
                                        {"quarantine", Action::Quarantine},
                                        {"tempfail", Action::TempFail},
                                        {"reject", Action::Reject}});
        rules.author_match =
            verify_.choice<AuthorMatch>("require-author-match", {{"no", AuthorMatch::Anybody},
                                                                 {"yes", AuthorMatch::Related},
                                                                 {"strict", AuthorMatch::Strict}});
        rules.dkim_excuses_spf = verify_.flag("dkim-excuses-spf");
        rules.explanation = verify_.flag("spf-explanation");
        rules.reject_text = verify_.text("reject-text");
        if (rules.reject_text.empty() || !is_printable(rules.reject_text) ||
            rules.reject_text.size() > 400)
            verify_.problem("reject-text", "is no text for a reply",
                            "write one line of at most 400 octets, or {reason}");
    }

    void limits(Config& config) {
        config.timeout = verify_.duration(
            "timeout", {.min = std::chrono::seconds(1), .max = std::chrono::hours(1)});
        config.max_questions =
            verify_.number<std::uint32_t>("max-questions", {.min = 1, .max = 10'000});
        config.header_limits.octets =
            verify_.size("max-header-size", {.min = 1024, .max = 1U << 30});
        config.header_limits.fields =
            verify_.number<std::uint32_t>("max-header-fields", {.min = 1, .max = 1'000'000});
        if (verify_.is_set("time"))
            config.time =
                static_cast<std::int64_t>(verify_.number("time", {.max = 253'402'300'799})); // 9999
    }

    Reader verify_;
    tables::TableOptions tables_;
};

} // namespace

Config load_config(const config::Settings& settings, config::Problems& problems,
                   config::Problems& warnings) {
    return Loader(settings, problems, warnings).load();
}

} // namespace postern::verify
