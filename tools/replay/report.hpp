// What became of one message, for a person or for a script.
#pragma once

#include "tools/replay/transaction.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::replay {

struct Report {
    std::string file;
    const Outcome* outcome = nullptr; ///< null when the file could not be read
    std::string error;                ///< then this says why
    std::vector<std::string> unmet;   ///< expectations
    std::string diff;                 ///< of the headers; empty: not asked for
};

/// Several lines, the first with file and verdict.
std::string format_text(const Report& report, const Setup& setup);
/// One JSON object on one line; octets that are no UTF-8 are replaced by U+FFFD.
std::string format_json(const Report& report, const Setup& setup);

/// Control characters made visible, everything else as it is.
std::string printable(std::string_view text);

} // namespace postern::replay
