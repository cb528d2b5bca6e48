// postern-replay: sends mail through milters as Postfix would. See postern-replay(1).
#include "tools/replay/options.hpp"
#include "tools/replay/run.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    using namespace postern::replay;
    try {
        (void)std::signal(SIGPIPE, SIG_IGN);
        const auto options = parse_options(argc, argv);
        if (!options) {
            const Stop& stop = options.error();
            (void)fputs(stop.text.c_str(), stop.status == 0 ? stdout : stderr);
            return stop.status;
        }
        return run(*options);
    } catch (const std::exception& error) {
        (void)fprintf(stderr, "postern-replay: %s\n", error.what());
        return kFailed;
    }
}
