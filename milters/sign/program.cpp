#include "milters/sign/program.hpp"

#include "milters/sign/options.hpp"
#include "milters/sign/session.hpp"

#include <utility>

namespace postern::sign {

std::span<const config::Section> SignProgram::sections() const { return sign::sections(); }

daemon::Program::Prepared SignProgram::prepare(const config::Settings& settings,
                                               const daemon::ProcessConfig& process, Log& log) {
    Prepared prepared;
    if (!ring_) { // the first time; sessions of other threads read log_ later
        log_ = &log;
        std::optional<KeyReader> reader;
        if (process.user)
            reader = KeyReader{.user = process.user->uid, .groups = process.user->groups};
        KeyRingOptions options = key_ring_options(settings, std::move(reader), prepared.problems);
        options.warn = [&log](const std::string& line) { log.warning(line); };
        ring_ = std::make_shared<KeyRing>(clock_, std::move(options));
    }
    LoadedConfig loaded = load_config(settings, ring_, prepared.problems);
    prepared_ = std::move(loaded.config);
    prepared.warnings = std::move(loaded.warnings);
    return prepared;
}

void SignProgram::commit() noexcept { current_.set(std::move(prepared_)); }

Result<void> SignProgram::start(std::vector<daemon::Listener> listeners) {
    using milter::StepUse;
    milter::Service service{.name = std::string(name()),
                            .connect = StepUse::Listen,
                            .mail = StepUse::Answer,
                            .header = StepUse::Listen,
                            .end_of_headers = StepUse::Answer,
                            .body = StepUse::Listen,
                            .edits_headers = true};
    // Postfix sends nothing but what is asked for; the queue id is known at the end of headers at
    // the latest.
    service.macros.mail = "i {auth_type} {auth_authen}";
    for (const MacroRule& rule : current_.get()->origin.macros)
        service.macros.mail += " " + rule.macro;
    service.macros.end_of_headers = "i j";
    service.make_session = [this] {
        return std::make_unique<SignSession>([this] { return current_.get(); }, clock_, *log_);
    };
    server_.emplace(std::move(service), *log_);
    return server_->start(std::move(listeners));
}

int SignProgram::ended_fd() const { return server_ ? server_->ended_fd() : -1; }

void SignProgram::stop(std::chrono::milliseconds timeout) {
    if (server_) server_->stop(timeout);
}

} // namespace postern::sign
