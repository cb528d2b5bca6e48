// One milter connection of postern-verify: what the SMTP session told, the message as it streams
// by, all checks at its end.
//
//     mail            internal client, login: accepted at once, nothing more is sent to us
//     header ...      kept, within limits
//     body ...        hashed while it streams; not wanted when no signature needs it
//     end_of_message  DNS, verdicts, policy; forged fields go, Authentication-Results at index 0
#pragma once

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/dkim/verifier.hpp"
#include "milters/frame/client.hpp"
#include "milters/frame/collected_header.hpp"
#include "milters/frame/session.hpp"
#include "milters/verify/checks.hpp"
#include "milters/verify/config.hpp"
#include "milters/verify/forged_fields.hpp"
#include "milters/verify/policy.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::verify {

/// The snapshot new messages begin with; messages under way keep theirs.
using ConfigSource = std::function<std::shared_ptr<const Config>()>;

/// One message, from MAIL to its end.
struct Transaction {
    std::shared_ptr<const Config> config;
    std::chrono::steady_clock::time_point began;
    std::string queue_id; ///< empty until the end of the message
    std::string sender;   ///< envelope, as it came
    std::string login;    ///< {auth_authen}, empty without SASL
    std::string mta_name; ///< {j}; empty if it was not told
    milter::CollectedHeader header;
    ForgedFields forged;
    std::vector<std::string> authors;       ///< domains of From in A-labels
    std::string from;                       ///< the first author's address, once parsed
    std::optional<dkim::Verifier> verifier; ///< refers to `header`
    bool header_ended = false;
};

class VerifySession final : public milter::Session {
public:
    /// `keys` may be null; everything must outlive the session.
    VerifySession(ConfigSource config, dkim::KeyCache* keys, const Clock& clock, Log& log);

    milter::Answer connect(const milter::ConnectInfo& client, milter::Actions& actions) override;
    milter::Answer helo(std::string_view name, milter::Actions& actions) override;
    milter::Answer mail(std::string_view sender, std::span<const std::string_view> args,
                        milter::Actions& actions) override;
    milter::Answer header(std::string_view name, std::string_view value,
                          milter::Actions& actions) override;
    milter::Answer body(std::string_view chunk, milter::Actions& actions) override;
    milter::Answer end_of_message(milter::Actions& actions) override;
    void abort() noexcept override;
    void failed(std::string_view what) noexcept override;

private:
    struct Outcome;
    void end_header(Transaction& message) const;
    [[nodiscard]] Subject subject_of(const Transaction& message) const;
    Outcome judge(Transaction& message, milter::Actions& actions) const;
    void write_results(const Transaction& message, const Outcome& outcome,
                       milter::Actions& actions) const;
    [[nodiscard]] LogLine line(const Transaction& message, std::string_view action) const;
    void log_outcome(const Transaction& message, const Outcome& outcome) const;
    milter::Answer skip(Transaction& message, std::string_view why);

    ConfigSource config_;
    dkim::KeyCache* keys_;
    const Clock& clock_;
    Log& log_;
    milter::Client client_;
    std::string helo_;
    std::optional<Transaction> message_;
};

} // namespace postern::verify
