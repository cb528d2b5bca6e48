// A SigningTable from anywhere; first line: an address to look up. Hash tables and the plain walk
// of PatternList must agree on what is the first row.
#include "milters/sign/signing_table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    using namespace postern::sign;
    if (size < 1 || size > 16384) return 0;
    const std::string_view input = as_text({data + 1, size - 1});
    const auto halves = cut(input, '\n');
    const std::string_view address = halves ? halves->before : input;
    const auto at = address.rfind('@');
    const std::string user(address.substr(0, at));
    const std::string domain =
        at == std::string_view::npos ? std::string() : to_lower(address.substr(at + 1));
    const std::string rows(halves ? halves->after : input);
    const auto kind = static_cast<tables::TableKind>(data[0] % 3);

    tables::Report report;
    const tables::Table table = tables::Table::parse(kind, rows, "fuzz", report);
    const auto first_table = SigningTable::load(table, Matches::First, report);
    const auto first = first_table.find(user, domain);
    const auto all_table = SigningTable::load(table, Matches::All, report);
    const auto all = all_table.find(user, domain);
    if (first.size() > 1 || first.empty() != all.empty()) std::abort();
    if (!all.empty() && all.front()->line != first.front()->line) std::abort();
    if (kind == tables::TableKind::Refile &&
        !std::is_sorted(all.begin(), all.end(),
                        [](const auto* a, const auto* b) { return a->line < b->line; }))
        std::abort();
    return 0;
}
