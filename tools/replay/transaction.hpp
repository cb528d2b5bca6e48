// Plays one SMTP session (or submissions that are not SMTP) against a chain of filters, as Postfix
// would, and says what became of each message.
//
//     Session session(setup);
//     Outcome outcome = session.play({.message = message, .envelope = envelope});
//     session.end();
#pragma once

#include "common/postfix/message_edits.hpp"
#include "common/postfix/milter_client.hpp"
#include "tools/replay/mail_macros.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::replay {

/// What stays the same for all messages of a run.
struct Setup {
    std::vector<postfix::MilterOptions> milters; ///< in the order of smtpd_milters
    postfix::Client client{.name = "localhost", .address = "127.0.0.1", .port = 40000};
    std::string helo = "localhost";
    std::string hostname = "localhost"; ///< {j}, and the name in Received
    std::string daemon_name;            ///< empty: the host name
    std::string daemon_address = "127.0.0.1";
    std::uint16_t daemon_port = 25;
    std::string login; ///< SASL user; empty: not logged in
    std::string auth_type = "PLAIN";
    std::vector<std::string> mail_args; ///< ESMTP arguments of MAIL
    std::vector<MailMacros::Assignment> macros;
    std::string queue_id; ///< empty: a new one for each message
    bool smtp = true;     ///< false: as non_smtpd_milters see mail from sendmail(1)
};

enum class Verdict : std::uint8_t { Accept, Reject, TempFail, Discard, Quarantine };
std::string_view to_string(Verdict verdict) noexcept;

struct Mail {
    const postfix::Message* message = nullptr;
    const postfix::Envelope* envelope = nullptr;
    std::string queue_id; ///< empty: a new one
};

struct AppliedEdit {
    std::size_t milter = 0; ///< index into Setup::milters
    postfix::Modification edit;
};

/// What one recipient was told, when it was refused.
struct RefusedRecipient {
    std::string address, reply;
};

struct Outcome {
    Verdict verdict = Verdict::Accept;
    std::string reply; ///< what the SMTP client is told
    std::string stage; ///< of the verdict: "connect" ... "end-of-message"
    std::string queue_id;
    std::vector<AppliedEdit> edits;
    std::vector<RefusedRecipient> refused;
    /// After all edits; Postfix's own Received stands in it. Nothing unless asked for.
    std::optional<postfix::Message> message;
    postfix::Envelope envelope;
    std::vector<std::string> errors; ///< of filters, each names its socket
    double milliseconds = 0;
};

class Session {
public:
    /// `Record::Edits` keeps what filters asked for and the edited message; `Verdicts` is for
    /// measuring: nothing is copied while there is one filter only.
    enum class Record : std::uint8_t { Verdicts, Edits };
    Session(const Setup& setup, Record record);
    ~Session();
    Session(Session&&) noexcept;

    Outcome play(const Mail& mail);
    /// QUIT to all filters.
    void end();

    /// Postfix's own field as it would write it now; hidden.
    static postfix::HeaderField received(const Setup& setup, const postfix::Envelope& envelope,
                                         const std::string& queue_id, std::int64_t unix_time);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Like Postfix's short queue ids; unique within a run.
std::string make_queue_id();

} // namespace postern::replay
