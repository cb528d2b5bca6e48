// postern-replay: sends mail through milters as Postfix would. See postern-replay(1).
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

using namespace postern::replay;

int run_as_asked(const Options& options) {
    if (options.load_messages > 0) return run_load(options);
    if (options.compare) return run_compare(options);
    return run(options);
}

int run_with_daemon(Options options) {
    auto daemon = SpawnedDaemon::start(*options.spawn, options.spawn_listen);
    if (!daemon) {
        (void)fprintf(stderr, "postern-replay: %s\n", daemon.error().message.c_str());
        return kFailed;
    }
    options.setup.milters.front().address = daemon->address();
    int status = run_as_asked(options);
    if (const auto stopped = daemon->stop(); !stopped) {
        (void)fprintf(stderr, "postern-replay: %s\n", stopped.error().message.c_str());
        status = kFailed;
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
        (void)fprintf(stderr, "postern-replay: %s\n", error.what());
        return kFailed;
    }
}
