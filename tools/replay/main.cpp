// postern-replay: sends mail through milters as Postfix would. See postern-replay(1).
#include "tools/replay/capture.hpp"
#include "tools/replay/compare.hpp"
#include "tools/replay/load.hpp"
#include "tools/replay/options.hpp"
#include "tools/replay/run.hpp"
#include "tools/replay/spawn.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <utility>

namespace {

using namespace postern;
using namespace postern::replay;

int run_as_asked(const Options& options) {
    if (!options.from.empty()) return run_from_capture(options);
    if (options.load_messages > 0) return run_load(options);
    if (options.compare) return run_compare(options);
    return run(options);
}

/// What the daemon is told beyond its socket; with --from, what the capture says.
Result<SpawnedDaemon::Request> request_for(const Options& options) {
    SpawnedDaemon::Request request{.command = *options.spawn,
                                   .section = options.spawn_listen,
                                   .dns = options.dns,
                                   .record_dns = !options.record.empty(),
                                   .time = {}};
    if (options.time_given || !options.record.empty()) request.time = options.time;
    if (options.from.empty()) return request;
    const auto capture = CaptureReader::open(options.from);
    if (!capture) return tl::unexpected(capture.error());
    request.time = capture->time();
    if (request.dns.empty() && capture->has_dns())
        request.dns = CaptureWriter::dns_file(options.from);
    return request;
}

int run_with_daemon(Options options) {
    const auto request = request_for(options);
    auto daemon = request.and_then(SpawnedDaemon::start);
    if (!daemon) {
        complain(daemon.error().message);
        return kFailed;
    }
    options.setup.milters.front().address = daemon->address();
    int status = run_as_asked(options);
    if (const auto stopped = daemon->stop(); !stopped) {
        complain(stopped.error().message);
        status = kFailed;
    }
    if (!options.record.empty()) {
        const auto kept = daemon->keep_dns(CaptureWriter::dns_file(options.record));
        if (!kept) {
            complain(kept.error().message);
            status = kFailed;
        }
    }
    return status;
}

} // namespace

int main(int argc, char** argv) {
    try {
        (void)std::signal(SIGPIPE, SIG_IGN);
        auto options = parse_options(argc, argv);
        if (!options) {
            const Stop& stop = options.error();
            (void)fputs(stop.text.c_str(), stop.status == 0 ? stdout : stderr);
            return stop.status;
        }
        if (!options->spawn) return run_as_asked(*options);
        return run_with_daemon(std::move(*options));
    } catch (const std::exception& error) {
        complain(error.what());
        return kFailed;
    }
}
