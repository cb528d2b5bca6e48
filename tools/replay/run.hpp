// One run over all messages: reads, plays, reports, writes results, checks expectations.
#pragma once

#include "tools/replay/message_source.hpp"
#include "tools/replay/options.hpp"

#include <string>

namespace postern::replay {

/// Exit status of the program.
enum Status : int { kAllAsExpected = 0, kDifferent = 1, kUsage = 2, kFailed = 3 };

/// A message ready to be played: as Postfix's cleanup has it, own Received on top, and its
/// envelope.
struct Prepared {
    std::string file;
    std::string queue_id;
    postfix::Message message;
    postfix::Envelope envelope;
};

/// Envelope from the options, else from the message.
Prepared prepare(const MailFile& file, const Options& options);

/// Plays one message in a session of its own.
Outcome play(const Setup& setup, const Prepared& mail);

/// "postern-replay: message" to standard error.
void complain(const std::string& message);

/// The whole file; what was there is replaced.
Result<void> write_file(const std::string& path, std::string_view text);

int run(const Options& options);

} // namespace postern::replay
