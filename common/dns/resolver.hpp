// The one seam to DNS: all questions known at a stage go out in one call and come back with typed
// outcomes.
//
//     const std::array questions{Question{"example.org", RecordType::TXT},
//                                Question{"s1._domainkey.example.org", RecordType::TXT}};
//     const std::vector<Answer> answers = resolver.ask(questions, {.at = now + 5s});
//     if (answers[0].outcome == Outcome::Records) use(answers[0].records);
//
// Implementations: the network (udp_resolver), what others said before (cache), zone text in a file
// (fixture), one that writes down (recorder), one message's memory and budget (message_resolver).
#pragma once

#include "common/base/ip.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::dns {

/// The types anybody here asks for or meets; the numbers are those of DNS.
enum class RecordType : std::uint16_t {
    A = 1,
    NS = 2,
    CNAME = 5,
    SOA = 6,
    PTR = 12,
    MX = 15,
    TXT = 16,
    AAAA = 28,
    DNAME = 39,
};
/// "TXT".
std::string_view to_string(RecordType type) noexcept;
/// Of "TXT" in any case.
std::optional<RecordType> parse_record_type(std::string_view text) noexcept;

/// Names everywhere here: labels joined by dots, without the closing dot; the root is empty. Any
/// octet may stand in a label but the dot itself, which is written "\.", and the backslash, "\\".
/// Comparison ignores ASCII case.
struct Question {
    std::string name;
    RecordType type = RecordType::A;
    friend bool operator==(const Question&, const Question&) = default;
};

/// One record of the type asked for.
struct Record {
    /// A, AAAA.
    std::optional<IpAddress> address = {};
    /// TXT: its character-strings joined, any octets. MX, PTR, NS, CNAME: the name it points to.
    std::string text = {};
    std::uint16_t preference = 0; ///< MX
    friend bool operator==(const Record&, const Record&) = default;
};

enum class Outcome : std::uint8_t {
    Records,  ///< at least one record
    NxDomain, ///< the name does not exist
    NoData,   ///< the name exists, without records of this type
    ServFail, ///< the servers could not say, refused, or answered nonsense; also names that cannot
              ///< be asked (a label over 63 octets, a name over 253) are NxDomain, not this
    Timeout,  ///< no answer before the deadline, or the budget for questions is spent
    Bogus,    ///< the servers say that DNSSEC validation failed (RFC 8914 codes 5 to 12)
};
/// "records", "nxdomain", "nodata", "servfail", "timeout", "bogus".
std::string_view to_string(Outcome outcome) noexcept;

struct Answer {
    Outcome outcome = Outcome::Timeout;
    std::vector<Record> records = {}; ///< in the order of the answer
    /// How long it may be kept; of a negative answer by RFC 2308; 0 for failures.
    std::chrono::seconds ttl{0};
    bool authenticated = false; ///< AD: the server says that DNSSEC proved it
    bool stale = false;         ///< older than its TTL, given because nothing newer could be had
    std::string why = {};       ///< of failures: one clause for a person ("192.0.2.1: REFUSED")

    /// Nobody could say: TempError of whoever asked.
    [[nodiscard]] bool is_failure() const noexcept {
        return outcome == Outcome::ServFail || outcome == Outcome::Timeout ||
               outcome == Outcome::Bogus;
    }
    friend bool operator==(const Answer&, const Answer&) = default;
};

/// Until when an ask() may take, and whom to tell meanwhile.
struct Deadline {
    std::chrono::steady_clock::time_point at;
    /// Called from the thread that asked, about once a second while it waits. May be empty; must
    /// not throw.
    std::function<void()> waiting = {};
    /// Called from the thread that asked each time it begins to wait, that is, not when everything
    /// is known: for who has something else to set going meanwhile. May be empty; must not throw.
    std::function<void()> before_waiting = {};
};

/// Thread-safe; ask() blocks until every question has its answer or the deadline is there.
class Resolver {
public:
    virtual ~Resolver() = default;
    /// One answer per question, in their order. Equal questions cost one. Never throws but for
    /// lack of memory; whatever goes wrong is an outcome.
    [[nodiscard]] virtual std::vector<Answer> ask(std::span<const Question> questions,
                                                  const Deadline& deadline) = 0;
};

} // namespace postern::dns
