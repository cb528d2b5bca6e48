// libspf2 behind a wall: the only place that knows its headers. It is given records we wrote
// ourselves and asks us what they stand for; no text from outside comes in its sight, because its
// own parser and expander can be crashed by a TXT record (CVE-2023-42118, not fixed in Debian 12).
//
//     const LibSpf2 library;
//     const auto end = library.interpret({"ip4:192.0.2.0/24", "-a:t1.x", "~all"}, client, oracle);
//     if (end.how == LibSpf2End::How::Match) use(end.status);
//
// Terms are mechanisms without macros; names in them are tokens of at most kMaxToken letters,
// digits and dots, that mean something to the oracle only. What libspf2 cannot say is left to the
// caller: prefix lengths of zero, redirect=, exp=, more than fits (term_size).
#pragma once

#include "common/base/ip.hpp"
#include "common/spf/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct SPF_server_struct;

namespace postern::spf {

/// What a lookup found; nothing of either kind is an answer too.
struct LibSpf2Found {
    std::vector<IpAddress> addresses; ///< of the client's family; of exists: IPv4
    std::vector<std::string> names;   ///< of mx and ptr: tokens
};

/// Answers what libspf2 asks during one interpret(). An empty optional ends the evaluation there
/// (LibSpf2End::How::Stopped); so does an exception, which interpret() throws again.
class LibSpf2Oracle {
public:
    virtual ~LibSpf2Oracle() = default;
    /// Addresses of a, exists, or of a name found for mx or ptr.
    virtual std::optional<LibSpf2Found> addresses(std::string_view token) = 0;
    /// The hosts of mx.
    virtual std::optional<LibSpf2Found> hosts(std::string_view token) = 0;
    /// The names of the client, for the ptr that stands in the record.
    virtual std::optional<LibSpf2Found> client_names() = 0;
    /// check_host() of include: any but None and the errors.
    virtual std::optional<Status> include(std::string_view token) = 0;
};

struct LibSpf2End {
    enum class How : std::uint8_t {
        Match,   ///< a term matched; `status` is what its qualifier says
        NoMatch, ///< none did
        Stopped, ///< the oracle did not want to go on
    };
    How how = How::NoMatch;
    Status status = Status::Neutral;
    friend bool operator==(const LibSpf2End&, const LibSpf2End&) = default;
};

/// Thread-safe once it is made.
class LibSpf2 {
public:
    /// Octets of term_size() that one record may have.
    static constexpr std::size_t kCapacity = 480;
    static constexpr std::size_t kMaxToken = 16;

    /// Throws std::bad_alloc.
    LibSpf2();
    /// Throws BugError if libspf2 does not take the terms for what they are or ends in a way that
    /// none of the oracle's answers explains.
    [[nodiscard]] LibSpf2End interpret(std::span<const std::string> terms, const IpAddress& client,
                                       LibSpf2Oracle& oracle) const;
    /// What libspf2 compiles a term to, at most, in octets; it drops terms beyond 511 silently.
    static std::size_t term_size(std::string_view term) noexcept;

private:
    struct ServerFree {
        void operator()(SPF_server_struct* server) const noexcept;
    };
    std::unique_ptr<SPF_server_struct, ServerFree> server_;
};

} // namespace postern::spf
