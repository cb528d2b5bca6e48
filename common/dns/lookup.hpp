// One question until its answer: which server is tried next, over what, and what each try came to.
// Owns one socket at a time; udp_resolver polls many of these together.
#pragma once

#include "common/dns/chain.hpp"
#include "common/dns/channel.hpp"
#include "common/dns/server.hpp"
#include "common/dns/udp_resolver.hpp"

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace postern::dns {

/// Not started, then running, then done. One thread.
class Lookup {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Options and servers must outlive it.
    Lookup(const UdpOptions& options, ServerList& servers, Name name, RecordType type,
           Time deadline);

    /// Sends the question to the first server.
    void start(Time now);
    /// The socket is ready for what wanted() waits for.
    void proceed(Time now, std::span<std::uint8_t> buffer);
    /// The time of wakes_at() has come: this try is over.
    void expire(Time now);
    /// Nobody waits any longer.
    void end_at_deadline();
    /// Cannot go on, for a reason of our own.
    void fail(const std::string& why);

    [[nodiscard]] bool is_done() const noexcept { return done_; }
    [[nodiscard]] pollfd wanted() const { return channel_->wanted(); }
    [[nodiscard]] Time wakes_at() const noexcept { return try_ends_; }
    /// After is_done().
    [[nodiscard]] Answer& answer() noexcept { return answer_; }

private:
    enum class Edns : std::uint8_t { Offered, Left };
    enum class Transport : std::uint8_t { Udp, Tcp };

    void begin_question(Time now);
    void begin_try(Time now);
    void open(Time now, Edns edns, Transport transport);
    void next_try(Time now, std::string why);
    void read(Time now, const Reply& reply);
    void finish(Answer answer);
    void finish_failed(Outcome outcome);
    [[nodiscard]] const Server& server() const { return servers_[order_[try_ % order_.size()]]; }
    [[nodiscard]] std::size_t server_index() const { return order_[try_ % order_.size()]; }

    const UdpOptions& options_;
    ServerList& servers_;
    Chain chain_;
    Time deadline_;

    std::vector<std::size_t> order_; ///< of the servers, for the question under way
    std::size_t try_ = 0;            ///< counts through order_ in rounds
    Edns edns_ = Edns::Offered;
    Transport transport_ = Transport::Udp;
    Time try_ends_{};
    std::unique_ptr<Channel> channel_;

    bool answered_badly_ = false;                ///< some server said something, or was not there
    std::map<std::size_t, std::string> reasons_; ///< the last one of each server
    bool done_ = false;
    Answer answer_;
};

} // namespace postern::dns
