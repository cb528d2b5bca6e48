// postern-sign as the daemon skeleton sees it.
#pragma once

#include "common/base/clock.hpp"
#include "common/base/guarded.hpp"
#include "common/daemon/program.hpp"
#include "milters/frame/milter_server.hpp"
#include "milters/sign/config.hpp"

#include <memory>
#include <optional>

namespace postern::sign {

class SignProgram final : public daemon::Program {
public:
    [[nodiscard]] std::string_view name() const override { return "postern-sign"; }
    [[nodiscard]] std::string_view purpose() const override {
        return "adds DKIM signatures to mail that leaves, as a milter of Postfix";
    }
    [[nodiscard]] std::span<const config::Section> sections() const override;
    [[nodiscard]] std::string_view own_section() const override { return "sign"; }

    Prepared prepare(const config::Settings& settings, const daemon::ProcessConfig& process,
                     Log& log) override;
    void commit() noexcept override;
    Result<void> start(std::vector<daemon::Listener> listeners) override;
    [[nodiscard]] int ended_fd() const override;
    void stop(std::chrono::milliseconds timeout) override;

private:
    SystemClock clock_;
    Log* log_ = nullptr;
    std::shared_ptr<KeyRing> ring_; ///< outlives every snapshot: keys read as root stay
    std::shared_ptr<const Config> prepared_;
    Guarded<std::shared_ptr<const Config>> current_;
    std::optional<milter::MilterServer> server_;
};

} // namespace postern::sign
