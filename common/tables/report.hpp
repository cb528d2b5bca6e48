// What loading found out: problems stop the start (or the reload), warnings ask a human to look.
// Both name file and line, and what would be right.
#pragma once

#include "common/config/problem.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace postern::tables {

struct Report {
    /// "[sign] key-table": set by the caller before a load, goes into every entry.
    std::string option;
    config::Problems problems, warnings;

    void problem(config::Origin where, std::string what, std::string remedy = {}) {
        add(problems, std::move(where), std::move(what), std::move(remedy));
    }
    void warn(config::Origin where, std::string what, std::string remedy = {}) {
        add(warnings, std::move(where), std::move(what), std::move(remedy));
    }

    /// A table of 100,000 rows may be wrong in all of them; nobody reads more than this.
    static constexpr std::size_t kMax = 200;

private:
    void add(config::Problems& list, config::Origin where, std::string what, std::string remedy) {
        if (list.size() > kMax) return;
        if (list.size() == kMax)
            list.push_back({std::move(where), option, "and more, not listed", {}});
        else
            list.push_back({std::move(where), option, std::move(what), std::move(remedy)});
    }
};

} // namespace postern::tables
