#include "milters/frame/milter_server.hpp"

#include "common/base/file.hpp"
#include "common/base/invariant.hpp"
#include "milters/frame/adapter.hpp"
#include "milters/frame/local_target.hpp"
#include "milters/frame/relay.hpp"
#include "milters/frame/signal_guard.hpp"
#include "milters/frame/worker_call.hpp"

#include <fcntl.h>
#include <libmilter/mfapi.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace postern::milter {
namespace {

using namespace std::chrono_literals;

/// Longer than any silence of Postfix: it may idle 300 s between commands, and a DATA may take an
/// hour.
constexpr int kSilenceSeconds = 7200;

/// Postfix sends a header field of up to header_size_limit (102,400) in one packet; libmilter's own
/// limit is 65,535. A longer packet ends the connection.
constexpr std::size_t kMaxPacket = std::size_t{1} << 20;
/// libmilter writes the last answer after our callback returned.
constexpr auto kLastAnswer = 100ms;

/// A listening socket nobody knows: an abstract name the kernel chooses.
UniqueFd idle_listener() {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un any{};
    any.sun_family = AF_UNIX;
    const bool listens =
        fd && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof(sa_family_t)) == 0 &&
        ::listen(fd.get(), 1) == 0;
    if (!listens) fd.reset();
    return fd;
}

template <class Done> bool wait_until(std::chrono::milliseconds timeout, Done done) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!done()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

} // namespace

struct MilterServer::State {
    State(Service given, Log& to)
        : service(std::move(given)), log(to), host{.service = service, .log = to} {}

    Service service;
    Log& log;
    Host host;
    std::string connection; ///< "fd:7"; libmilter keeps the pointer
    int libmilter_fd = -1;  ///< libmilter closes it
    std::optional<daemon::Listener> first;
    std::optional<LocalTarget> target; ///< how we reach the first socket ourselves
    std::unique_ptr<Relay> relay;
    std::unique_ptr<WorkerCall> workers;
    std::shared_ptr<UniqueFd> ended = std::make_shared<UniqueFd>();
    bool serving = false;
};

MilterServer::MilterServer(Service service, Log& log)
    : state_(std::make_unique<State>(std::move(service), log)) {}

MilterServer::~MilterServer() { stop(0ms); }

int MilterServer::ended_fd() const noexcept { return state_->ended->get(); }

Result<void> MilterServer::start(std::vector<daemon::Listener> listeners) {
    State& state = *state_;
    invariant(!listeners.empty(), "a milter needs a socket");
    state.ended->reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    auto target = LocalTarget::of(listeners.front());
    if (!target) return tl::unexpected(target.error());
    state.target = std::move(*target);
    state.first = std::move(listeners.front());
    listeners.erase(listeners.begin());
    // Debian's libmilter takes a listening socket by number; it gets a copy of ours, which it may
    // close.
    state.libmilter_fd = ::fcntl(state.first->fd(), F_DUPFD_CLOEXEC, 3);
    if (state.libmilter_fd < 0) return fail("dup: " + errno_text(errno));
    state.connection = "fd:" + std::to_string(state.libmilter_fd);

    install(&state.host);
    if (smfi_setconn(state.connection.data()) != MI_SUCCESS)
        return fail("libmilter does not take a socket by number");
    if (smfi_settimeout(kSilenceSeconds) != MI_SUCCESS)
        return fail("libmilter refuses its time-out");
    if (smfi_register(describe(state.service)) != MI_SUCCESS)
        return fail("libmilter refuses the filter's description");
    smfi_setmaxdatasize(kMaxPacket);

    // Detached: it lives as long as the process, see stop().
    std::thread([ended = state.ended] {
        smfi_main();
        ::eventfd_write(ended->get(), 1);
    }).detach();
    state.serving = true;
    state.workers = std::make_unique<WorkerCall>(*state.target);
    state.workers->ring();
    state.host.workers = state.workers.get();
    if (!libmilter_leaves_signals(5s))
        state.log.warning("libmilter takes signals itself: a reload may end the daemon");
    if (!listeners.empty())
        state.relay = std::make_unique<Relay>(std::move(listeners), *state.target, state.log);
    return {};
}

void MilterServer::stop(std::chrono::milliseconds timeout) {
    State& state = *state_;
    if (!state.serving) return;
    state.serving = false;
    state.host.draining = true;
    if (state.relay) state.relay->stop_accepting();
    // libmilter takes an error of its socket for the end of everything, so it goes on listening,
    // under the same number, on a socket nobody knows.
    if (const UniqueFd idle = idle_listener()) ::dup3(idle.get(), state.libmilter_fd, O_CLOEXEC);
    state.first.reset(); // closes, and removes the file: a successor may come

    if (!wait_until(timeout, [&] { return state.host.messages == 0; }))
        state.log.warning(
            "stop-timeout passed with messages under way: " + std::to_string(state.host.messages) +
            " are cut off, the MTA answers 4xx for them");
    std::this_thread::sleep_for(kLastAnswer);

    // smfi_stop() is not called, on purpose: it takes up to five seconds, and libmilter then
    // destroys mutexes its workers still lock (ThreadSanitizer shows it). Its threads stay as they
    // are until the process ends; no callback of theirs gets further than a null host.
    install(nullptr);
    if (!wait_until(1s, [] { return callbacks_running() == 0; })) {
        // A step still works on an object of ours that is about to die. Its message is lost to us,
        // not to Postfix.
        state.log.warning("a message did not finish: leaving without it");
        ::_exit(EX_OK);
    }
    state.relay.reset();
}

} // namespace postern::milter
