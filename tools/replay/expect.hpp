// What a script expects of every message: --expect verdict=accept, header=NAME[:regex],
// no-header=NAME, reply=REGEX, modifications=NUMBER.
#pragma once

#include "common/base/result.hpp"
#include "tools/replay/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::replay {

struct Expectation {
    enum class Kind : std::uint8_t { Verdict, Header, NoHeader, Reply, Modifications };
    Kind kind = Kind::Verdict;
    std::string text;    ///< as written, for the report
    std::string name;    ///< verdict, name of the field, or the number
    std::string pattern; ///< ECMAScript regular expression; empty: none

    /// Checks the regular expression too.
    static Result<Expectation> parse(std::string_view text);
};

/// Why it does not hold for this message, in one sentence; nothing if it holds.
std::optional<std::string> unmet(const Expectation& expectation, const Outcome& outcome);

} // namespace postern::replay
