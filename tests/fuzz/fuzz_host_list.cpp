// A host list from anywhere; first line: a client's name and address to look up.
#include "common/tables/host_list.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    using namespace postern::tables;
    if (size < 1 || size > 8192) return 0;
    const std::string_view input = as_text({data + 1, size - 1});
    const auto halves = cut(input, '\n');
    const auto client = split_list(halves ? halves->before : input);
    const std::string rows(halves ? halves->after : std::string_view());
    const auto name = client.empty() ? std::string_view() : client.front();
    const auto address = client.size() < 2 ? std::nullopt : IpAddress::parse(client[1]);

    Report report;
    const auto kind = static_cast<TableKind>(data[0] % 3);
    const auto hosts =
        HostList::load(Table::parse(kind, rows, "fuzz", report), OpenHosts::Refused, report);
    const bool by_name = hosts.contains(name, std::nullopt),
               by_address = hosts.contains({}, address);
    if (hosts.contains(name, address) != (by_name || by_address)) std::abort();
    return 0;
}
