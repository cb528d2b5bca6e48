// Any text as a table file, in both syntaxes.

#include "common/base/text.hpp"
#include "common/config/table_file.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace postern;
using namespace postern::config;

void must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

void read(std::string_view text, TableSyntax syntax) {
    const auto table = TableFile::parse(std::string(text), "fuzz", syntax);
    if (!table) {
        must(!table.error().empty(), "a refusal has a reason");
        must(table.error().size() <= kMaxProblems + 1, "problems are bounded");
        for (const Problem& problem : table.error())
            must(problem.text().find_first_of("\r\n\x1b") == std::string::npos,
                 "a problem is one printable line");
        return;
    }
    int before = 0;
    std::size_t octets = 0;
    for (const TableEntry& row : table->entries()) {
        must(!row.key.empty(), "a row has a key");
        must(row.line > before, "rows come in order");
        must(trim(row.value) == row.value, "values are trimmed");
        must(row.key.find('\n') == row.key.npos && row.value.find('\n') == row.value.npos,
             "rows have no line feeds");
        must(row.key.size() + row.value.size() <= TableFile::kMaxRowBytes, "rows are bounded");
        must(syntax == TableSyntax::OpenDkim || !row.value.empty(), "Postfix rows have a value");
        before = row.line;
        octets += row.key.size() + row.value.size();
    }
    must(octets <= text.size(), "nothing is made up");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_text({data, size});
    read(text, TableSyntax::OpenDkim);
    read(text, TableSyntax::Postfix);
    return 0;
}
