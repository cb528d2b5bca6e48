#include "milters/frame/milter_server.hpp"

#include "common/base/file.hpp"
#include "common/base/invariant.hpp"
#include "milters/frame/adapter.hpp"
#include "milters/frame/relay.hpp"

#include <libmilter/mfapi.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
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

struct Name {
    sockaddr_storage address{};
    socklen_t size = sizeof(sockaddr_storage);
};

Name name_of(int fd) {
    Name name;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&name.address), &name.size);
    return name;
}

/// Wakes whoever polls the listening socket of this name.
void poke(const Name& name) {
    const UniqueFd fd(
        ::socket(name.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd) ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name.address), name.size);
}

/// A listening socket nobody can know: an abstract name the kernel chooses.
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
    State(Service given, Log& to) : service(std::move(given)), log(to), host{.service = service} {}

    Service service;
    Log& log;
    Host host;
    std::string connection; ///< "fd:7"; libmilter keeps the pointer
    int libmilter_fd = -1;  ///< libmilter closes it
    std::optional<daemon::Listener> first;
    std::unique_ptr<Relay> relay;
    UniqueFd ended;
    std::atomic<bool> main_returned{false};
    std::thread main;
};

MilterServer::MilterServer(Service service, Log& log)
    : state_(std::make_unique<State>(std::move(service), log)) {}

MilterServer::~MilterServer() {
    if (state_ && state_->main.joinable()) stop(0ms);
}

int MilterServer::ended_fd() const noexcept { return state_->ended.get(); }

Result<void> MilterServer::start(std::vector<daemon::Listener> listeners) {
    State& state = *state_;
    invariant(!listeners.empty(), "a milter needs a socket");
    state.ended.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    state.first = std::move(listeners.front());
    listeners.erase(listeners.begin());
    // Debian's libmilter takes a listening socket by number; it gets a copy of ours, which it may
    // close.
    state.libmilter_fd = ::dup(state.first->fd());
    if (state.libmilter_fd < 0) return fail("dup: " + errno_text(errno));
    state.connection = "fd:" + std::to_string(state.libmilter_fd);

    install(&state.host);
    if (smfi_setconn(state.connection.data()) != MI_SUCCESS)
        return fail("libmilter does not take a socket by number");
    if (smfi_settimeout(kSilenceSeconds) != MI_SUCCESS)
        return fail("libmilter refuses its time-out");
    if (smfi_register(describe(state.service)) != MI_SUCCESS)
        return fail("libmilter refuses the filter's description");

    state.main = std::thread([&state] {
        smfi_main();
        state.main_returned = true;
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(state.ended.get(), &one, sizeof one);
    });
    if (!listeners.empty()) {
        const Name name = name_of(state.first->fd());
        state.relay = std::make_unique<Relay>(std::move(listeners), name.address, name.size);
    }
    return {};
}

void MilterServer::stop(std::chrono::milliseconds timeout) {
    State& state = *state_;
    if (!state.main.joinable()) return;
    state.host.draining = true;
    if (state.relay) state.relay->stop_accepting();
    // libmilter goes on listening, but on a socket nobody knows: its loop sees no error. It may
    // sleep in poll(2) for five seconds more on the old one, so that one is touched once.
    const UniqueFd idle = idle_listener();
    if (idle && !state.main_returned) {
        const Name old = name_of(state.first->fd());
        ::dup2(idle.get(), state.libmilter_fd);
        poke(old);
    }
    state.first.reset();

    if (!wait_until(timeout, [&] { return state.host.messages == 0; }))
        state.log.warning(
            "stop-timeout passed with messages under way: " + std::to_string(state.host.messages) +
            " are cut off, Postfix will answer 4xx for them");

    // smfi_stop() waits for the listening loop, which holds its lock while it sleeps: wake it until
    // it has seen the end.
    std::thread stopper([] { smfi_stop(); });
    wait_until(10s, [&] {
        if (idle) poke(name_of(idle.get()));
        return state.main_returned.load();
    });
    stopper.join();
    state.main.join();
    install(nullptr);
    if (!wait_until(1s, [&] { return state.host.callbacks == 0; })) {
        // A step still works on an object of ours that is about to die. Its message is lost to us,
        // not to Postfix.
        state.log.warning("a message did not finish: leaving without it");
        ::_exit(0);
    }
    state.relay.reset();
}

} // namespace postern::milter
