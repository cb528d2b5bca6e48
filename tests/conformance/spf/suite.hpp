// The openspf suite for RFC 7208 (rfc7208-tests.yml) as values; README.md says how it is read.
#pragma once

#include "common/dns/fixture.hpp"
#include "common/spf/engine.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::conformance {

struct SuiteCase {
    std::string name;     ///< unique in the suite: "toolonglabel"
    std::string scenario; ///< "Initial processing"
    std::string section;  ///< of RFC 7208: "4.3/1"
    spf::Query query;
    std::vector<std::string> results; ///< any of them, the preferred one first
    /// Nothing: not looked at. Empty: the domain gives none.
    std::optional<std::string> explanation;
    std::shared_ptr<dns::FixtureResolver> dns; ///< of the whole scenario
};

/// Throws (std::exception) for a file that is not such a suite.
std::vector<SuiteCase> read_suite(const std::string& path);

/// Far enough away for any evaluation in memory.
dns::Deadline no_hurry();

} // namespace postern::conformance
