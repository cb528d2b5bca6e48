#include "tools/postern/verify_settings.hpp"

#include "common/config/command_line.hpp"
#include "common/config/reader.hpp"
#include "common/daemon/process_options.hpp"
#include "common/dns/options.hpp"
#include "milters/verify/config.hpp"
#include "milters/verify/options.hpp"

#include <algorithm>

namespace postern::tool {

VerifyCheck check_verify(const std::string& path, bool named) {
    VerifyCheck result;
    config::Problems problems, warnings;
    const auto settings =
        config::load_settings({.path = path, .path_named = named}, verify::sections(), problems);
    for (const config::Section& section : settings.sections())
        if (section.name == "verify")
            result.configured = std::any_of(section.options.begin(), section.options.end(),
                                            [&](const config::Option& option) {
                                                return settings.given("verify", option.name);
                                            });

    config::Reader section(settings, "verify", problems);
    result.listen = daemon::read_process_config(section).listen;
    result.listen_origin = section.origin("listen");
    (void)verify::load_config(settings, problems, warnings);
    (void)dns::read_options(settings, problems);

    config::in_file_order(problems);
    for (const config::Problem& problem : problems)
        result.findings.push_back(finding_of(Severity::Error, "configuration", problem,
                                             "postern-verify does not start with this, and a "
                                             "reload keeps the old configuration."));
    for (const config::Problem& warning : warnings)
        result.findings.push_back(finding_of(Severity::Warning, "verify", warning, {}));
    return result;
}

} // namespace postern::tool
