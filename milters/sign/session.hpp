// One milter connection of postern-sign: is the origin ours, which keys, feed the signer, one log
// line per message.
//
//     mail            origin trusted? no: accept at once, so that Postfix does not stream the
//     message header ...      kept, within limits end_of_headers  author, login guard, keys; none:
//     accept, the body is not streamed body ...        hashed while it streams end_of_message
//     signatures at index 0, log line
#pragma once

#include "common/authres/scrub.hpp"
#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/dkim/signer.hpp"
#include "common/message/address.hpp"
#include "common/message/survey.hpp"
#include "milters/frame/client.hpp"
#include "milters/frame/collected_header.hpp"
#include "milters/frame/session.hpp"
#include "milters/sign/config.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::sign {

/// The snapshot new messages begin with; messages under way keep theirs.
using ConfigSource = std::function<std::shared_ptr<const Config>()>;

/// One message, from MAIL to its end.
struct Transaction {
    std::shared_ptr<const Config> config;
    std::chrono::steady_clock::time_point began;
    std::string queue_id; ///< empty until Postfix knows it
    std::string sender;   ///< envelope
    std::string login;    ///< {auth_authen}, empty without SASL
    std::string origin;   ///< why the origin is ours
    std::string from;     ///< the author's address, once parsed
    milter::CollectedHeader header;
    std::vector<authres::Removal> removals;              ///< to be done at the end, in this order
    std::optional<message::HeaderBlock> without_removed; ///< there if there are any
    std::optional<dkim::Signer> signer;
    std::vector<std::string> signed_as; ///< "selector._domainkey.domain" of the keys in use
    message::BodySurvey survey;
    bool authenticated = false; ///< {auth_type} was there
    bool login_mismatch = false;
};

class SignSession final : public milter::Session {
public:
    SignSession(ConfigSource config, const Clock& clock, Log& log);

    milter::Answer connect(const milter::ConnectInfo& client, milter::Actions& actions) override;
    milter::Answer mail(std::string_view sender, std::span<const std::string_view> args,
                        milter::Actions& actions) override;
    milter::Answer header(std::string_view name, std::string_view value,
                          milter::Actions& actions) override;
    milter::Answer end_of_headers(milter::Actions& actions) override;
    milter::Answer body(std::string_view chunk, milter::Actions& actions) override;
    milter::Answer end_of_message(milter::Actions& actions) override;
    void abort() noexcept override;
    void failed(std::string_view what) noexcept override;

private:
    [[nodiscard]] LogLine line(const Transaction& message, std::string_view action) const;
    void log_done(LogLine& line, const Transaction& message) const;
    milter::Answer skip(Transaction& message, std::string_view why);
    milter::Answer tempfail(Transaction& message, std::string_view why, milter::Actions& actions);
    /// Leaves out of the header the results that a sender wrote as if they were ours (RFC 8601 5).
    static void drop_forged_results(Transaction& message, const milter::Actions& actions);
    milter::Answer check_login(Transaction& message, std::span<const message::Mailbox> authors,
                               milter::Actions& actions);

    ConfigSource config_;
    const Clock& clock_;
    Log& log_;
    milter::Client client_;
    std::optional<Transaction> message_;
};

} // namespace postern::sign
