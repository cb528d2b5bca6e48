// The engines that must say the same: every test of what SPF means runs over each of them.
#pragma once

#include "common/spf/engine.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::spf {

inline auto engine_kinds() {
#ifdef POSTERN_LIBSPF2
    return testing::Values(EngineKind::Own, EngineKind::LibSpf2);
#else
    return testing::Values(EngineKind::Own);
#endif
}

inline constexpr auto engine_name = [](const auto& row) {
    return std::string(row.param == EngineKind::Own ? "own" : "libspf2");
};

} // namespace postern::spf
