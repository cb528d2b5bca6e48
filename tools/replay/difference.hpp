// What two outcomes of the same message have apart, by value: folding aside. DKIM signatures cannot
// be equal in octets: of them d, s, a, c, i, h and bh count; b, t, x and the order of tags do not.
#pragma once

#include "tools/replay/transaction.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace postern::replay {

/// What of an outcome is compared, one line each; also what a capture keeps of it.
struct Summary {
    std::string verdict;            ///< "reject (550 5.7.1 no)"; of accepted mail without queue id
    std::vector<std::string> edits; ///< see comparable()
    std::string body;               ///< of the result: octets and digest; empty: not kept
    std::string sender;
    std::vector<std::string> recipients;
    friend bool operator==(const Summary&, const Summary&) = default;
};

Summary summarize(const Outcome& outcome);

/// One modification as one line in which what may differ is left out.
std::string comparable(const postfix::Modification& edit);

struct Difference {
    std::string what; ///< "verdict", "modification", "order", "body", "sender", "recipients"
    std::string first, second; ///< empty: this one has nothing of the kind
};

std::vector<Difference> differences(const Summary& first, const Summary& second);

enum class ReportForm : std::uint8_t { Text, Json };
/// To standard output.
void print(const std::string& file, const std::vector<Difference>& found, ReportForm form);

} // namespace postern::replay
