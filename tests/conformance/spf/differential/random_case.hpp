// Random SPF records, DNS data, clients and senders in which things happen: names are few, so that
// includes meet, loop and end in nothing; addresses are few, so that about half of the terms match.
//
//     const RandomCase one = make_random_case(seed);
//     engine->check(one.query, *one.dns, no_hurry());
#pragma once

#include "common/dns/fixture.hpp"
#include "common/spf/engine.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::conformance {

/// What the DNS of a case has of a name, bit by bit.
struct ZoneLine {
    std::string name;
    std::optional<dns::RecordType> type; ///< nothing: a failure of all types
    std::optional<dns::Record> record;   ///< nothing: a failure
    dns::Outcome failure = dns::Outcome::Timeout;
};

struct RandomCase {
    std::uint64_t seed = 0;
    spf::Query query;
    std::vector<ZoneLine> zone;
    std::shared_ptr<dns::FixtureResolver> dns; ///< the same
};

/// The same seed gives the same case, on every machine.
RandomCase make_random_case(std::uint64_t seed);

/// Client, HELO, sender and the whole zone, for messages of failing tests.
std::string text_of(const RandomCase& one);

} // namespace postern::conformance
