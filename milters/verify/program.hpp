// postern-verify as the daemon skeleton sees it.
#pragma once

#include "common/base/clock.hpp"
#include "common/base/guarded.hpp"
#include "common/daemon/program.hpp"
#include "common/dkim/key_cache.hpp"
#include "common/dns/options.hpp"
#include "milters/frame/milter_server.hpp"
#include "milters/verify/config.hpp"

#include <memory>
#include <optional>

namespace postern::verify {

class VerifyProgram final : public daemon::Program {
public:
    [[nodiscard]] std::string_view name() const override { return "postern-verify"; }
    [[nodiscard]] std::string_view purpose() const override {
        return "says what DKIM and SPF say about mail that comes in, as a milter of Postfix";
    }
    [[nodiscard]] std::span<const config::Section> sections() const override;
    [[nodiscard]] std::string_view own_section() const override { return "verify"; }

    Prepared prepare(const config::Settings& settings, const daemon::ProcessConfig& process,
                     Log& log) override;
    void commit() noexcept override;
    Result<void> start(std::vector<daemon::Listener> listeners) override;
    [[nodiscard]] int ended_fd() const override;
    void stop(std::chrono::milliseconds timeout) override;

private:
    SystemClock clock_;
    Log* log_ = nullptr;
    dkim::KeyCache keys_; ///< parsed public keys, shared by all messages
    /// Kept by a reload while [dns] stays as it is, with what is cached.
    dns::ConfiguredResolver resolver_;
    std::shared_ptr<const Config> prepared_;
    Guarded<std::shared_ptr<const Config>> current_;
    std::optional<milter::MilterServer> server_;
};

} // namespace postern::verify
