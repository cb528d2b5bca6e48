// A KeyTable from anywhere, and a look-up of every name in it. No file of it is opened: the ring
// reads keys when they are asked for, and only inline ones are.
#include "milters/sign/key_table.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    using namespace postern::sign;
    if (size < 1 || size > 16384) return 0;
    static const FixedClock clock(0);
    const auto ring = std::make_shared<KeyRing>(clock, KeyRingOptions{.eager = 0});
    const auto kind = static_cast<tables::TableKind>(data[0] % 3);
    tables::Report report;
    const auto text = std::string(as_text({data + 1, size - 1}));
    const auto keys =
        KeyTable::load(tables::Table::parse(kind, text, "fuzz", report), ring, report);
    for (const KeyRow& row : keys.rows()) {
        const KeyRow* found = keys.find(row.name);
        if (found == nullptr && kind != tables::TableKind::Refile)
            std::abort(); // each name finds a row
        if (row.file == nullptr && row.path.empty()) (void)keys.choose(row, "example.org");
    }
    (void)keys.find(text);
    return 0;
}
