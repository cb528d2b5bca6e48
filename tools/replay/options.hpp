// The command line of postern-replay.
#pragma once

#include "common/base/result.hpp"
#include "tools/replay/expect.hpp"
#include "tools/replay/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::replay {

struct Options {
    Setup setup;
    std::optional<std::string> sender; ///< nothing: from the message; empty: the null sender
    std::vector<std::string> recipients;
    std::vector<std::string> files;

    bool json = false, diff = false, quiet = false;
    bool lf = false;          ///< results with LF line ends
    bool no_received = false; ///< results without Postfix's own Received
    bool keep_stray_cr = false;
    std::string output; ///< directory for results
    std::vector<Expectation> expectations;

    bool compare = false;             ///< two filters: the first against the second
    std::optional<std::string> spawn; ///< a command line
    std::string spawn_listen;
    std::string dns;       ///< zone text or JSON the spawned daemon asks in place of DNS
    std::string record;    ///< directory for a capture
    std::string from;      ///< directory of a capture to play again
    std::int64_t time = 0; ///< Unix time of the run, in Received and for the spawned daemon
    bool time_given = false;

    std::size_t per_connection = 1;
    std::size_t load_messages = 0; ///< above 0: measure
    std::size_t load_connections = 1;
};

/// Why there is nothing to run: --help and --version (status 0, text for standard output), or a
/// usage error (status 2, text for standard error).
struct Stop {
    int status = 0;
    std::string text;
};

tl::expected<Options, Stop> parse_options(int argc, const char* const* argv);

} // namespace postern::replay
