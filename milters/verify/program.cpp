#include "milters/verify/program.hpp"

#include "milters/verify/options.hpp"
#include "milters/verify/session.hpp"

#include <utility>

namespace postern::verify {

std::span<const config::Section> VerifyProgram::sections() const { return verify::sections(); }

daemon::Program::Prepared VerifyProgram::prepare(const config::Settings& settings,
                                                 const daemon::ProcessConfig& /*process*/,
                                                 Log& log) {
    Prepared prepared;
    if (log_ == nullptr) log_ = &log; // sessions of other threads read it later
    Config config = load_config(settings, prepared.problems, prepared.warnings);
    const dns::ResolverOptions options = dns::read_options(settings, prepared.problems);
    prepared_ = nullptr;
    if (!prepared.problems.empty()) return prepared;
    auto resolver = dns::configure_resolver(options, &resolver_,
                                            [&log](const std::string& line) { log.warning(line); });
    if (!resolver) {
        const char* const file = options.fixture.empty() ? "record" : "fixture";
        prepared.problems.push_back({.origin = settings.value("dns", file).origin,
                                     .option = std::string("[dns] ") + file,
                                     .what = resolver.error().message,
                                     .remedy = {}});
        return prepared;
    }
    resolver_ = std::move(*resolver);
    config.resolver = resolver_.resolver;
    prepared_ = std::make_shared<const Config>(std::move(config));
    return prepared;
}

void VerifyProgram::commit() noexcept { current_.set(std::move(prepared_)); }

Result<void> VerifyProgram::start(std::vector<daemon::Listener> listeners) {
    using milter::StepUse;
    // No end of headers: what is to be done then is done with the first chunk of the body.
    milter::Service service{.name = std::string(name()),
                            .connect = StepUse::Listen,
                            .helo = StepUse::Listen,
                            .mail = StepUse::Answer,
                            .header = StepUse::Listen,
                            .body = StepUse::Listen,
                            .edits_headers = true,
                            .quarantines = true};
    service.macros.connect = "j";
    service.macros.mail = "{auth_type} {auth_authen}";
    service.macros.end_of_message = "i";
    service.make_session = [this] {
        return std::make_unique<VerifySession>([this] { return current_.get(); }, &keys_, clock_,
                                               *log_);
    };
    server_.emplace(std::move(service), *log_);
    return server_->start(std::move(listeners));
}

int VerifyProgram::ended_fd() const { return server_ ? server_->ended_fd() : -1; }

void VerifyProgram::stop(std::chrono::milliseconds timeout) {
    if (server_) server_->stop(timeout);
}

} // namespace postern::verify
