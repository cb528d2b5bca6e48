// The SPF engines of this build, to run a test with each.
#pragma once

#include "common/spf/engine.hpp"

#include <memory>
#include <ostream>
#include <string_view>
#include <vector>

namespace postern::testing_support {

struct EngineUnderTest {
    std::string_view name; ///< "own", "libspf2"
    spf::EngineKind kind = spf::EngineKind::Own;
    std::shared_ptr<const spf::Engine> engine = {};

    [[nodiscard]] const spf::Engine& get() const { return *engine; }
    friend std::ostream& operator<<(std::ostream& out, const EngineUnderTest& engine) {
        return out << engine.name;
    }
};

/// The own one, and libspf2 where it was built in.
inline std::vector<EngineUnderTest> engines_under_test(const spf::Limits& limits = {}) {
    std::vector<EngineUnderTest> engines;
    engines.push_back({"own", spf::EngineKind::Own, make_engine(spf::EngineKind::Own, limits)});
#ifdef POSTERN_LIBSPF2
    engines.push_back(
        {"libspf2", spf::EngineKind::LibSpf2, make_engine(spf::EngineKind::LibSpf2, limits)});
#endif
    return engines;
}

} // namespace postern::testing_support
