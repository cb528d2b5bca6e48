#include "common/dns/udp_resolver.hpp"

#include "common/base/file.hpp"
#include "common/dns/lookup.hpp"
#include "common/dns/name.hpp"
#include "common/dns/server.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace postern::dns {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestDatagram = 65535;
constexpr std::chrono::seconds kWaitingEvery{1};

/// Milliseconds for poll(), rounded up: waking a moment early would mean turning in circles.
int milliseconds_until(Clock::time_point then, Clock::time_point now) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(then - now).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, 60'000));
}

/// The lookups of one ask(), a bounded number of them under way at a time.
class Round {
public:
    Round(std::vector<Lookup>& lookups, std::size_t sockets, const Deadline& deadline)
        : lookups_(lookups), sockets_(sockets), deadline_(deadline), buffer_(kLargestDatagram) {}

    void run() {
        Clock::time_point tell = Clock::now() + kWaitingEvery;
        bool begun = false;
        while (true) {
            Clock::time_point now = Clock::now();
            if (now >= deadline_.at) return end();
            start_and_expire(now);
            if (running_.empty()) return;
            if (!begun && deadline_.before_waiting) deadline_.before_waiting(); // all has left
            begun = true;
            if (now >= tell) {
                if (deadline_.waiting) deadline_.waiting();
                now = Clock::now();
                tell = now + kWaitingEvery;
            }
            if (!wait(std::min(tell, deadline_.at), now)) return;
        }
    }

private:
    void start_and_expire(Clock::time_point now) {
        for (Lookup* lookup : running_)
            if (lookup->wakes_at() <= now) lookup->expire(now);
        forget_done();
        while (next_ < lookups_.size() && running_.size() < sockets_) {
            Lookup& lookup = lookups_[next_++];
            lookup.start(now);
            if (!lookup.is_done()) running_.push_back(&lookup);
        }
    }

    /// False when there is no way to wait.
    bool wait(Clock::time_point until, Clock::time_point now) {
        polled_.clear();
        for (const Lookup* lookup : running_) {
            polled_.push_back(lookup->wanted());
            until = std::min(until, lookup->wakes_at());
        }
        if (::poll(polled_.data(), polled_.size(), milliseconds_until(until, now)) < 0) {
            if (errno == EINTR) return true;
            const std::string why = "poll: " + errno_text(errno);
            for (Lookup& lookup : lookups_)
                if (!lookup.is_done()) lookup.fail(why);
            return false;
        }
        for (std::size_t i = 0; i < running_.size(); ++i) {
            if (polled_[i].revents == 0) continue;
            now = Clock::now();
            if (now >= deadline_.at) break;
            running_[i]->proceed(now, buffer_);
        }
        forget_done();
        return true;
    }

    void forget_done() {
        std::erase_if(running_, [](const Lookup* lookup) { return lookup->is_done(); });
    }

    void end() {
        for (Lookup& lookup : lookups_)
            if (!lookup.is_done()) lookup.end_at_deadline();
    }

    std::vector<Lookup>& lookups_;
    std::size_t sockets_;
    const Deadline& deadline_;
    std::vector<std::uint8_t> buffer_;
    std::vector<Lookup*> running_;
    std::vector<pollfd> polled_; ///< of running_, in its order
    std::size_t next_ = 0;       ///< the first lookup not started yet
};

} // namespace

Result<std::unique_ptr<UdpResolver>> UdpResolver::create(UdpOptions options) {
    if (options.servers.empty()) return fail("no name server to ask");
    std::vector<Server> servers;
    for (const SocketAddress& address : options.servers) {
        Result<Server> server = Server::create(address);
        if (!server) return tl::unexpected(server.error());
        servers.push_back(std::move(*server));
    }
    options.attempts = std::clamp(options.attempts, 1U, kMostAttempts);
    options.sockets = std::max<std::size_t>(options.sockets, 1);
    return std::unique_ptr<UdpResolver>(
        new UdpResolver(std::move(options), std::make_unique<ServerList>(std::move(servers))));
}

UdpResolver::UdpResolver(UdpOptions options, std::unique_ptr<ServerList> servers)
    : options_(std::move(options)), servers_(std::move(servers)) {}

UdpResolver::~UdpResolver() = default;

std::vector<Answer> UdpResolver::ask(std::span<const Question> questions,
                                     const Deadline& deadline) {
    std::vector<Answer> answers(questions.size());
    std::vector<Lookup> lookups;
    std::vector<std::optional<std::size_t>> lookup_of(questions.size());
    std::map<std::pair<std::string, RecordType>, std::size_t> known;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        std::optional<Name> name = Name::parse(questions[i].name);
        if (!name) {
            answers[i].outcome = Outcome::NxDomain;
            continue;
        }
        const auto [place, is_new] =
            known.emplace(std::pair{name->key(), questions[i].type}, lookups.size());
        lookup_of[i] = place->second;
        if (is_new)
            lookups.emplace_back(options_, *servers_, std::move(*name), questions[i].type,
                                 deadline.at);
    }
    Round(lookups, options_.sockets, deadline).run();
    for (std::size_t i = 0; i < questions.size(); ++i)
        if (lookup_of[i]) answers[i] = lookups[*lookup_of[i]].answer();
    return answers;
}

} // namespace postern::dns
