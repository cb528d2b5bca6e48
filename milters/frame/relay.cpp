#include "milters/frame/relay.hpp"

#include "common/base/file.hpp"
#include "common/base/invariant.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <string>
#include <unordered_map>
#include <utility>

namespace postern::milter {
namespace {

constexpr std::size_t kBuffer = 65536; // one body chunk of Postfix
constexpr std::size_t kEvents = 64;
constexpr int kRestMilliseconds = 100; // after running out of descriptors

/// One end of a connection. Nothing is read from the other end while something waits here, so at
/// most one read waits; an idle connection holds no buffer.
struct End {
    UniqueFd fd;
    std::string waiting;       ///< read from the other end, not yet written to this one
    std::uint32_t watched = 0; ///< epoll events asked for
    bool finished = false;     ///< it sends no more
    bool told = false;         ///< it was told that the other end sends no more
};

using Pair = std::array<End, 2>; // the MTA, libmilter

bool again() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

/// Writes what it can; the rest waits. False: the connection is broken.
bool pass(End& to, std::string_view bytes) {
    const ssize_t sent = ::send(to.fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && !again()) return false;
    to.waiting.assign(bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent)));
    return true;
}

bool flush(End& end) {
    if (end.waiting.empty()) return true;
    const ssize_t sent = ::send(end.fd.get(), end.waiting.data(), end.waiting.size(), MSG_NOSIGNAL);
    if (sent < 0) return again();
    end.waiting.erase(0, static_cast<std::size_t>(sent));
    if (end.waiting.empty()) std::string().swap(end.waiting);
    return true;
}

} // namespace

class Relay::Loop {
public:
    Loop(std::vector<daemon::Listener> listeners, const LocalTarget& target, Log& log)
        : target_(target), log_(log), buffer_(kBuffer), epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), listeners_(std::move(listeners)) {
        invariant(epoll_ && wake_, "no descriptors for the relay");
        watch(wake_.get(), EPOLLIN, EPOLL_CTL_ADD);
        for (const daemon::Listener& listener : listeners_)
            watch(listener.fd(), EPOLLIN, EPOLL_CTL_ADD);
    }

    void run() noexcept {
        try {
            serve();
        } catch (const std::exception& error) {
            log_.error(std::string("sockets after the first are no longer served: ") +
                       error.what());
        }
    }

    void end() {
        ending_ = true;
        wake();
    }
    void stop_accepting() {
        deaf_ = true;
        wake();
    }

private:
    void wake() { ::eventfd_write(wake_.get(), 1); }

    void serve() {
        std::array<epoll_event, kEvents> events{};
        while (!ending_.load()) {
            const int count = ::epoll_wait(epoll_.get(), events.data(), kEvents,
                                           resting_ ? kRestMilliseconds : -1);
            if (deaf_.load()) listeners_.clear(); // closes, and removes the files
            if (resting_) rest(false);
            for (int i = 0; i < count; ++i)
                handle(events[static_cast<std::size_t>(i)]);
            gone_.clear(); // descriptors are closed after the last event that may name them
        }
    }

    void handle(const epoll_event& event) {
        const int fd = event.data.fd;
        if (fd == wake_.get()) {
            eventfd_t count = 0;
            ::eventfd_read(fd, &count);
            return;
        }
        for (const daemon::Listener& listener : listeners_)
            if (listener.fd() == fd) return accept(listener);
        const auto found = pairs_.find(fd);
        if (found == pairs_.end()) return; // its pair went in this round
        const std::shared_ptr<Pair> pair = found->second;
        const std::size_t side = pair->front().fd.get() == fd ? 0 : 1;
        if (!carry(*pair, side, event.events)) drop(pair);
    }

    void accept(const daemon::Listener& listener) {
        for (std::size_t i = 0; i < kEvents; ++i) { // others get their turn too
            UniqueFd fd(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (!fd) {
                if (again() || errno == ECONNABORTED) return;
                complain(listener.address().text() + ": accept: " + errno_text(errno));
                return rest(true); // the connection stays in the queue; no spinning meanwhile
            }
            auto inner = target_.connect();
            if (!inner) {
                complain(listener.address().text() +
                         ": connection closed, the first listen socket cannot be reached: " +
                         inner.error().message);
                continue;
            }
            auto pair = std::make_shared<Pair>();
            pair->front().fd = std::move(fd);
            pair->back().fd = std::move(*inner);
            for (End& end : *pair) {
                end.watched = EPOLLIN;
                pairs_.emplace(end.fd.get(), pair);
                watch(end.fd.get(), end.watched, EPOLL_CTL_ADD);
            }
        }
    }

    /// One event of one end. False: the connection is over.
    bool carry(Pair& pair, std::size_t side, std::uint32_t events) {
        End& from = pair[side];
        End& to = pair[1 - side];
        const bool hung_up = (events & EPOLLHUP) != 0; // both directions; reported until closed
        if ((events & EPOLLERR) != 0) return false;
        if (hung_up && (from.finished || !from.waiting.empty() || !to.waiting.empty()))
            return false;
        if ((events & EPOLLOUT) != 0 && !flush(from)) return false;
        if ((events & (EPOLLIN | EPOLLHUP)) != 0 && !from.finished && to.waiting.empty()) {
            const ssize_t got = ::recv(from.fd.get(), buffer_.data(), buffer_.size(), 0);
            if (got < 0 && !again()) return false;
            if (got == 0) from.finished = true;
            if (got > 0 && !pass(to, {buffer_.data(), static_cast<std::size_t>(got)})) return false;
        }
        for (std::size_t i = 0; i < 2; ++i) { // the end of one direction is passed on by itself
            End& sink = pair[1 - i];
            if (!pair[i].finished || !sink.waiting.empty() || sink.told) continue;
            ::shutdown(sink.fd.get(), SHUT_WR);
            sink.told = true;
        }
        if (from.told && to.told) return false;
        update(from, to);
        update(to, from);
        return true;
    }

    /// Reads while the other end keeps up, writes while something waits.
    void update(End& end, const End& other) {
        const std::uint32_t wanted = (!end.finished && other.waiting.empty() ? EPOLLIN : 0U) |
                                     (!end.waiting.empty() ? EPOLLOUT : 0U);
        if (wanted == end.watched) return;
        end.watched = wanted;
        watch(end.fd.get(), wanted, EPOLL_CTL_MOD);
    }

    void drop(const std::shared_ptr<Pair>& pair) {
        for (const End& end : *pair) {
            pairs_.erase(end.fd.get());
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, end.fd.get(), nullptr);
        }
        gone_.push_back(pair);
    }

    void rest(bool on) {
        resting_ = on;
        for (const daemon::Listener& listener : listeners_)
            watch(listener.fd(), on ? 0U : static_cast<std::uint32_t>(EPOLLIN), EPOLL_CTL_MOD);
    }

    void watch(int fd, std::uint32_t events, int operation) {
        epoll_event event{};
        event.events = events;
        event.data.fd = fd;
        ::epoll_ctl(epoll_.get(), operation, fd, &event);
    }

    /// Not more than a line a second, however many connections fail.
    void complain(const std::string& what) {
        const auto now = std::chrono::steady_clock::now();
        if (complained_ && now - *complained_ < std::chrono::seconds(1)) return;
        complained_ = now;
        log_.error(what);
    }

    const LocalTarget& target_;
    Log& log_;
    std::vector<char> buffer_;
    UniqueFd epoll_, wake_;
    std::vector<daemon::Listener> listeners_;
    std::unordered_map<int, std::shared_ptr<Pair>> pairs_; ///< by either descriptor
    std::vector<std::shared_ptr<Pair>> gone_;
    std::optional<std::chrono::steady_clock::time_point> complained_;
    bool resting_ = false;
    std::atomic<bool> ending_{false}, deaf_{false};
};

Relay::Relay(std::vector<daemon::Listener> listeners, const LocalTarget& target, Log& log)
    : loop_(std::make_unique<Loop>(std::move(listeners), target, log)),
      thread_([loop = loop_.get()] { loop->run(); }) {}

Relay::~Relay() {
    loop_->end();
    thread_.join();
}

void Relay::stop_accepting() { loop_->stop_accepting(); }

} // namespace postern::milter
