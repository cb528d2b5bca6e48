// The engine of our own: check_host() of RFC 7208 section 4, with everything askable asked at once.
//
// A record is evaluated in the order of the RFC, each time from its beginning; what DNS has not
// told yet is noted and taken for "no match". What was noted is asked in one call, and the
// evaluation begins anew, until nothing was missing: that run is what counts, and it is the run a
// sequential evaluation would have made, with its counters. Ten includes cost one round trip per
// level, terms behind a match are never asked, and a run costs microseconds.
#pragma once

#include "common/dns/resolver.hpp"
#include "common/spf/engine.hpp"
#include "common/spf/macro.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace postern::spf {

class CheckHost;
struct CheckContext;

class Evaluator : public Engine {
public:
    explicit Evaluator(const Limits& limits) : limits_(limits) {}
    [[nodiscard]] Verdict check(const Query& query, dns::Resolver& resolver,
                                const dns::Deadline& deadline) const override;

private:
    /// What evaluates records, for one run; `context` outlives it.
    [[nodiscard]] virtual std::unique_ptr<CheckHost> new_run(const CheckContext& context) const;

    Limits limits_;
};

/// The one SPF record among the TXT records of a name (RFC 7208 4.5).
enum class Selected : std::uint8_t { None, One, Several };
struct Selection {
    Selected what = Selected::None;
    std::string_view text; ///< into the answer; of One
};
Selection select_record(const dns::Answer& answer) noexcept;

/// What may be shown of the text at exp= (RFC 7208 6.2): expanded, printable ASCII; empty if it is
/// malformed or expands to octets an SMTP reply must not have.
std::string explanation_of(std::string_view text, const MacroValues& values);

} // namespace postern::spf
