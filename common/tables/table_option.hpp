// Options of postern.conf that hold a table or a list: what is read, and where what was found is
// said.
//
//     TableOptions tables(verify, problems, warnings);
//     config.hosts = tables.load("internal-hosts", [&](Report& found) {
//         return HostList::load(tables.list("internal-hosts"), OpenHosts::Refused, found);
//     });
#pragma once

#include "common/config/problem.hpp"
#include "common/config/reader.hpp"
#include "common/tables/report.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace postern::tables {

class TableOptions {
public:
    /// All must outlive it. `section` as the reader has it, "sign".
    TableOptions(const config::Reader& reader, std::string_view section, config::Problems& problems,
                 config::Problems& warnings)
        : reader_(reader), section_(section), problems_(problems), warnings_(warnings) {}

    /// How a table is named ("refile:rows"), with a relative path counted from the configuration
    /// file's directory, like every path in it.
    [[nodiscard]] std::string table(std::string_view option) const;
    /// The same for an option that may be words as well, here joined by commas.
    [[nodiscard]] std::string list(std::string_view option) const;
    /// What `load` reports gets the name of the option, and its place unless a file was read.
    template <class Load> auto load(std::string_view option, Load load) const {
        Report found;
        found.option = "[" + std::string(section_) + "] " + std::string(option);
        auto loaded = load(found);
        take(option, std::move(found));
        return loaded;
    }

private:
    void take(std::string_view option, Report found) const;

    const config::Reader& reader_;
    std::string_view section_;
    config::Problems& problems_;
    config::Problems& warnings_;
};

} // namespace postern::tables
