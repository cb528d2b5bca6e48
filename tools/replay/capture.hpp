// A capture: messages as they met a filter, with everything that decides what it does to them, so
// that the same can be played again later, by another version or configuration, with the same
// verdict. A directory of
//
//     capture.json     {"format": "postern-capture", "version": 1, "time": 1795255200}
//     dns.json         what DNS said meanwhile: a fixture for --dns, written by the daemon
//     000001.eml       the message as Postfix shows it to filters, CRLF line ends
//     000001.json      client, HELO, login, macros, envelope, queue id; verdict and modifications
//
// Octets that are no UTF-8 are written in the JSON files as the log writes them, \xNN; in addresses
// they make a capture impossible, which is said.
#pragma once

#include "common/base/result.hpp"
#include "tools/replay/difference.hpp"
#include "tools/replay/run.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace postern::replay {

/// Writes one; the directory is made, or must be empty.
class CaptureWriter {
public:
    /// `time`: Unix time, at which the filter is told to live.
    static Result<CaptureWriter> create(const std::string& directory, std::int64_t time);

    /// `setup` as the message was played with.
    Result<void> add(const Setup& setup, const Prepared& mail, const Outcome& outcome);

    /// Where a daemon is to write what DNS said.
    static std::string dns_file(const std::string& directory) { return directory + "/dns.json"; }

private:
    CaptureWriter(std::string directory, std::int64_t time)
        : directory_(std::move(directory)), time_(time) {}

    std::string directory_;
    std::int64_t time_;
    std::size_t count_ = 0;
};

/// One message of a capture.
struct Captured {
    Setup setup; ///< without milters
    Prepared mail;
    Summary summary; ///< what became of it then
};

class CaptureReader {
public:
    static Result<CaptureReader> open(const std::string& directory);

    [[nodiscard]] std::int64_t time() const noexcept { return time_; }
    /// Is there a dns.json?
    [[nodiscard]] bool has_dns() const;
    /// Paths of the messages without their endings, in the order they were captured.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] Result<Captured> read(const std::string& name) const;

private:
    std::string directory_;
    std::int64_t time_ = 0;
    std::vector<std::string> names_;
};

/// As a capture keeps it: octets that JSON cannot hold made visible.
Summary storable(Summary summary);

/// --from: plays a capture again and prints what differs; exit status as of the program.
int run_from_capture(const Options& options);

} // namespace postern::replay
