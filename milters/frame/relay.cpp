#include "milters/frame/relay.hpp"

#include "common/base/invariant.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace postern::milter {
namespace {

constexpr std::size_t kPending =
    std::size_t{64} * 1024; ///< octets waiting in one direction at the most

/// One direction of one connection: what was read and not yet written.
struct Flow {
    std::string pending;
    std::size_t written = 0;
    bool ended = false;     ///< the source said it is done
    bool shut_down = false; ///< and the sink was told

    [[nodiscard]] bool wants_input() const noexcept { return !ended && pending.size() < kPending; }
    [[nodiscard]] bool wants_output() const noexcept { return written < pending.size(); }
};

struct Pair {
    std::array<UniqueFd, 2> ends;
    std::array<Flow, 2> flows; ///< flows[i] is read from ends[i] and written to ends[1 - i]
    std::array<std::uint32_t, 2> watched{0, 0};
};

bool would_block() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

} // namespace

class Relay::Loop {
public:
    Loop(std::vector<daemon::Listener> listeners, const sockaddr_storage& target, socklen_t size)
        : listeners_(std::move(listeners)), target_(target), target_size_(size),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        invariant(epoll_ && wake_, "no descriptors for the relay");
        watch(wake_.get(), EPOLLIN, EPOLL_CTL_ADD);
        for (const daemon::Listener& listener : listeners_)
            watch(listener.fd(), EPOLLIN, EPOLL_CTL_ADD);
    }

    void run() {
        std::array<epoll_event, 64> events{};
        while (!ended_.load()) {
            const int count =
                ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < count; ++i)
                handle(events[static_cast<std::size_t>(i)].data.fd);
            if (closing_.load()) listeners_.clear(); // closes, and removes the files
        }
    }

    void stop_accepting() {
        closing_ = true;
        wake();
    }
    void end() {
        ended_ = true;
        wake();
    }

private:
    void wake() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
    }

    void watch(int fd, std::uint32_t events, int operation) {
        epoll_event event{};
        event.events = events;
        event.data.fd = fd;
        ::epoll_ctl(epoll_.get(), operation, fd, &event);
    }

    void handle(int fd) {
        if (fd == wake_.get()) {
            std::uint64_t count = 0;
            [[maybe_unused]] const auto got = ::read(fd, &count, sizeof count);
            return;
        }
        const bool listens =
            std::any_of(listeners_.begin(), listeners_.end(),
                        [fd](const auto& listener) { return listener.fd() == fd; });
        if (listens) {
            accept_all(fd);
            return;
        }
        const auto found = pairs_.find(fd);
        if (found == pairs_.end()) return; // closed while handling its other end
        const std::shared_ptr<Pair> pair = found->second;
        if (!pump(*pair)) close(*pair);
    }

    void accept_all(int listener) {
        for (;;) {
            UniqueFd client(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (!client) return;
            UniqueFd filter(::socket(target_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
            if (!filter)
                continue; // out of descriptors: the client sees a close, and Postfix its default
                          // action
            if (::connect(filter.get(), reinterpret_cast<const sockaddr*>(&target_),
                          target_size_) != 0)
                continue;
            ::fcntl(filter.get(), F_SETFL, O_NONBLOCK);
            auto pair = std::make_shared<Pair>();
            pair->ends = {std::move(client), std::move(filter)};
            for (std::size_t i = 0; i < 2; ++i) {
                pairs_[pair->ends[i].get()] = pair;
                pair->watched[i] = EPOLLIN;
                watch(pair->ends[i].get(), EPOLLIN, EPOLL_CTL_ADD);
            }
        }
    }

    /// Carries what can be carried now; false when the connection is over.
    bool pump(Pair& pair) {
        for (std::size_t from = 0; from < 2; ++from)
            if (!carry(pair.flows[from], pair.ends[from].get(), pair.ends[1 - from].get()))
                return false;
        if (pair.flows[0].shut_down && pair.flows[1].shut_down) return false;
        for (std::size_t i = 0; i < 2; ++i) {
            const std::uint32_t wanted = (pair.flows[i].wants_input() ? EPOLLIN : 0U) |
                                         (pair.flows[1 - i].wants_output() ? EPOLLOUT : 0U);
            if (wanted == pair.watched[i]) continue;
            pair.watched[i] = wanted;
            watch(pair.ends[i].get(), wanted, EPOLL_CTL_MOD);
        }
        return true;
    }

    static bool carry(Flow& flow, int source, int sink) {
        for (;;) {
            if (flow.wants_output()) {
                const ssize_t put = ::send(sink, flow.pending.data() + flow.written,
                                           flow.pending.size() - flow.written, MSG_NOSIGNAL);
                if (put < 0) return would_block();
                flow.written += static_cast<std::size_t>(put);
                if (flow.wants_output()) return true;
                flow.pending.clear();
                flow.written = 0;
            }
            if (flow.ended) {
                if (!flow.shut_down) ::shutdown(sink, SHUT_WR);
                flow.shut_down = true;
                return true;
            }
            flow.pending.resize(kPending);
            const ssize_t got = ::recv(source, flow.pending.data(), flow.pending.size(), 0);
            flow.pending.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
            if (got < 0) return would_block();
            if (got == 0) flow.ended = true;
        }
    }

    void close(Pair& pair) {
        for (UniqueFd& end : pair.ends) {
            pairs_.erase(end.get());
            end.reset(); // leaves the epoll set with it
        }
    }

    std::vector<daemon::Listener> listeners_;
    sockaddr_storage target_;
    socklen_t target_size_;
    UniqueFd epoll_, wake_;
    std::unordered_map<int, std::shared_ptr<Pair>> pairs_;
    std::atomic<bool> closing_{false}, ended_{false};
};

Relay::Relay(std::vector<daemon::Listener> listeners, const sockaddr_storage& target,
             socklen_t size)
    : loop_(std::make_unique<Loop>(std::move(listeners), target, size)),
      thread_([this] { loop_->run(); }) {}

Relay::~Relay() {
    loop_->end();
    thread_.join();
}

void Relay::stop_accepting() { loop_->stop_accepting(); }

} // namespace postern::milter
