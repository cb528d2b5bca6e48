// check_host() of RFC 7208 as everybody here calls it, whichever engine answers.
//
//     const auto engine = spf::make_engine(spf::EngineKind::Own, limits);
//     const spf::Verdict verdict =
//         engine->check({.client = client, .identity = spf::Identity::MailFrom,
//                        .mail_from = "user@example.org", .helo = "mx.example.org"},
//                       resolver, deadline);
#pragma once

#include "common/base/ip.hpp"
#include "common/dns/resolver.hpp"
#include "common/spf/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::spf {

struct Query {
    IpAddress client; ///< IPv4-mapped addresses are IPv4 here already
    Identity identity = Identity::MailFrom;
    /// The envelope sender as "local@domain", without brackets; empty for the null sender, for
    /// which postmaster@helo is taken (RFC 7208 2.4). Not looked at when the identity is Helo.
    std::string mail_from;
    std::string helo;
    std::string receiver; ///< %{r}: our own host name; empty: "unknown"
    /// Told every step in words, for `postern spf --trace`; may be empty.
    std::function<void(std::string_view step)> trace = {};
};

/// RFC 7208 4.6.4 and what hostile records could ask for beyond it.
struct Limits {
    unsigned lookups = 10;     ///< terms that ask DNS
    unsigned void_lookups = 2; ///< of these, answered with nothing
    unsigned names = 10;       ///< MX hosts, PTR names looked at per term
    std::size_t record_octets = std::size_t{64} << 10;
};

class Engine {
public:
    virtual ~Engine() = default;
    /// Thread-safe. At the deadline: TempError.
    [[nodiscard]] virtual Verdict check(const Query& query, dns::Resolver& resolver,
                                        const dns::Deadline& deadline) const = 0;
    /// What check() is going to ask first, so that it can be asked together with other things;
    /// nothing if there is nothing to ask (no domain).
    [[nodiscard]] std::vector<dns::Question> first_questions(const Query& query) const;
};

enum class EngineKind : std::uint8_t { Own, LibSpf2 };
std::unique_ptr<const Engine> make_engine(EngineKind kind, const Limits& limits = {});

} // namespace postern::spf
