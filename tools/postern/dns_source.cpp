#include "tools/postern/dns_source.hpp"

#include "common/base/file.hpp"
#include "common/config/command_line.hpp"
#include "common/dns/fixture.hpp"
#include "common/dns/options.hpp"

#include <array>
#include <ostream>

namespace postern::tool {
namespace {

std::shared_ptr<dns::Resolver> from_file(std::string_view command, const std::string& path,
                                         Streams io, int& code) {
    const auto file = read_file(path, dns::kMaxFixtureOctets);
    if (!file) {
        code = failure(command, file.error(), exit_code::kNoInput, io);
        return nullptr;
    }
    auto fixture = dns::FixtureResolver::parse(file->text, path);
    if (!fixture) {
        code = failure(command, fixture.error(), exit_code::kDataError, io);
        return nullptr;
    }
    return std::make_shared<dns::FixtureResolver>(std::move(*fixture));
}

} // namespace

std::shared_ptr<dns::Resolver> resolver_for(std::string_view command, const Arguments& arguments,
                                            Streams io, int& code) {
    if (arguments.given("dns")) return from_file(command, arguments.text("dns"), io, code);

    config::CommandLine file;
    if (arguments.given("config")) {
        file.path = arguments.text("config");
        file.path_named = true;
    }
    config::Problems problems;
    const std::array sections{dns::kDnsSection};
    const config::Settings settings = config::load_settings(file, sections, problems);
    const dns::ResolverOptions options = dns::read_options(settings, problems);
    if (!problems.empty()) {
        for (const config::Problem& problem : problems)
            io.err << "postern " << command << ": " << problem.text() << "\n";
        code = exit_code::kConfigError;
        return nullptr;
    }
    auto resolver = dns::make_resolver(options);
    if (!resolver) {
        code = failure(command, resolver.error(), exit_code::kConfigError, io);
        return nullptr;
    }
    return std::move(*resolver);
}

} // namespace postern::tool
