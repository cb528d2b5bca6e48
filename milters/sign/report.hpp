// What loading found out: problems stop the start (or the reload), warnings ask a human to look.
// Both name file and line, and what would be right.
#pragma once

#include "common/config/problem.hpp"

#include <string>
#include <utility>

namespace postern::sign {

struct Report {
    config::Problems problems, warnings;

    void problem(config::Origin where, std::string what, std::string remedy = {}) {
        problems.push_back({std::move(where), option, std::move(what), std::move(remedy)});
    }
    void warn(config::Origin where, std::string what, std::string remedy = {}) {
        warnings.push_back({std::move(where), option, std::move(what), std::move(remedy)});
    }

    /// "[sign] key-table": set by the caller before a load, goes into every entry.
    std::string option;
};

} // namespace postern::sign
