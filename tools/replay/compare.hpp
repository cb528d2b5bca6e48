// The same mail through two filters, one after the other, and what they did differently.
//
// Modifications are compared by value, folding aside. DKIM signatures cannot be equal in octets: of
// them d, s, a, c, i, h and bh count; b, t, x and the order of tags do not.
#pragma once

#include "tools/replay/options.hpp"
#include "tools/replay/transaction.hpp"

#include <string>
#include <vector>

namespace postern::replay {

struct Difference {
    std::string what; ///< "verdict", "modification", "order", "body", "sender", "recipients"
    std::string first, second; ///< empty: this one has nothing of the kind
};

std::vector<Difference> differences(const Outcome& first, const Outcome& second);

/// One modification as one line in which what may differ is left out.
std::string comparable(const postfix::Modification& edit);

/// Prints only messages that differ; exit status as of the program.
int run_compare(const Options& options);

} // namespace postern::replay
