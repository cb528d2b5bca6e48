#include "common/dns/lookup.hpp"

#include "common/base/file.hpp"

#include <poll.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace postern::dns {
namespace {

/// Unpredictable (RFC 5452 4.3).
bool random_id(std::uint16_t& id) {
    ssize_t size = -1;
    do {
        size = ::getrandom(&id, sizeof id, 0);
    } while (size < 0 && errno == EINTR);
    return size == static_cast<ssize_t>(sizeof id);
}

/// Servers that take no EDNS say so in one of these ways (RFC 6891 7).
bool refuses_edns(const Reply& reply) {
    return reply.rcode == rcode::kFormErr || reply.rcode == rcode::kNotImp ||
           reply.rcode == rcode::kBadVers;
}

} // namespace

Lookup::Lookup(const UdpOptions& options, ServerList& servers, Name name, RecordType type,
               Time deadline)
    : options_(options), servers_(servers), chain_(std::move(name), type), deadline_(deadline) {}

void Lookup::start(Time now) { begin_question(now); }

void Lookup::begin_question(Time now) {
    order_ = servers_.order(now);
    try_ = 0;
    begin_try(now);
}

void Lookup::begin_try(Time now) {
    open(now, options_.edns_size != 0 ? Edns::Offered : Edns::Left, Transport::Udp);
}

void Lookup::open(Time now, Edns edns, Transport transport) {
    edns_ = edns;
    transport_ = transport;
    // Every server of this round gets its chance before the deadline.
    const auto left_in_round = static_cast<long>(order_.size() - try_ % order_.size());
    try_ends_ = now + std::min<Time::duration>(options_.timeout, (deadline_ - now) / left_in_round);
    Query query{.name = chain_.name(),
                .type = chain_.type(),
                .edns_size = edns == Edns::Offered ? options_.edns_size : std::uint16_t{0}};
    if (!random_id(query.id)) return fail("no random numbers: " + errno_text(errno));
    channel_ = transport == Transport::Udp ? open_udp(server(), std::move(query))
                                           : open_tcp(server(), std::move(query));
    if (channel_->why().empty()) return;
    answered_badly_ = true;
    next_try(now, channel_->why());
}

void Lookup::proceed(Time now, std::span<std::uint8_t> buffer) {
    switch (channel_->proceed(buffer)) {
    case Channel::State::Waiting:
        return;
    case Channel::State::Failed:
        answered_badly_ = true;
        return next_try(now, channel_->why());
    case Channel::State::Truncated:
        return open(now, edns_, Transport::Tcp);
    case Channel::State::Replied:
        break;
    }
    servers_.answered(server_index());
    const Reply reply = std::move(channel_->reply());
    read(now, reply);
}

void Lookup::read(Time now, const Reply& reply) {
    if (edns_ == Edns::Offered && refuses_edns(reply)) return open(now, Edns::Left, transport_);
    if (reply.is_bogus()) // the answer of a server that validates; one that does not is no way out
        return finish(
            {.outcome = Outcome::Bogus, .why = server().text() + ": " + reply.error_text()});
    answered_badly_ = true;
    if (reply.rcode != rcode::kNoError && reply.rcode != rcode::kNxDomain)
        return next_try(now, reply.error_text());
    const bool trusted = options_.trust_ad == TrustAd::Always ||
                         (options_.trust_ad == TrustAd::LoopbackOnly && server().is_loopback());
    Chain chain = chain_;
    switch (chain.read(reply, trusted)) {
    case Chain::Step::Done:
        return finish(std::move(chain.answer()));
    case Chain::Step::AskFor:
        chain_ = std::move(chain);
        answered_badly_ = false;
        reasons_.clear();
        return begin_question(now);
    case Chain::Step::BadServer:
        return next_try(now, chain.why());
    }
}

void Lookup::next_try(Time now, std::string why) {
    reasons_[server_index()] = std::move(why);
    channel_.reset();
    ++try_;
    if (try_ < order_.size() * options_.attempts) return begin_try(now);
    finish_failed(answered_badly_ ? Outcome::ServFail : Outcome::Timeout);
}

void Lookup::expire(Time now) {
    // Over TCP it was there, and slow.
    if (transport_ == Transport::Udp) servers_.kept_silent(server_index(), now);
    next_try(now, transport_ == Transport::Udp ? "no answer" : "TCP: no whole answer in time");
}

void Lookup::end_at_deadline() {
    if (channel_) reasons_[server_index()] = "no answer before the deadline";
    finish_failed(Outcome::Timeout);
}

void Lookup::finish_failed(Outcome outcome) {
    std::string why;
    for (const auto& [index, reason] : reasons_)
        why += (why.empty() ? "" : "; ") + servers_[index].text() + ": " + reason;
    if (why.empty()) why = "not asked before the deadline";
    finish({.outcome = outcome, .why = std::move(why)});
}

void Lookup::fail(const std::string& why) { finish({.outcome = Outcome::ServFail, .why = why}); }

void Lookup::finish(Answer answer) {
    answer_ = std::move(answer);
    channel_.reset();
    done_ = true;
}

} // namespace postern::dns
