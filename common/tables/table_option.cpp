#include "common/tables/table_option.hpp"

#include "common/base/text.hpp"

#include <filesystem>

namespace postern::tables {

std::string TableOptions::table(std::string_view option) const {
    std::string named = reader_.text(option);
    const config::Origin origin = reader_.origin(option);
    for (const std::string_view type : {"file:", "refile:"}) {
        if (!named.starts_with(type)) continue;
        const std::filesystem::path path(named.substr(type.size()));
        if (path.is_relative() && origin.line > 0)
            named = std::string(type) +
                    (std::filesystem::path(origin.file).parent_path() / path).string();
        break;
    }
    return named;
}

std::string TableOptions::list(std::string_view option) const {
    const auto words = reader_.list(option);
    return words.size() == 1 ? table(option) : join(words, ",");
}

void TableOptions::take(std::string_view option, Report found) const {
    const auto move_to = [&](config::Problems& to, config::Problems& from) {
        for (config::Problem& one : from) {
            // A loader knows the file it read, not where that file was named.
            if (one.origin.file.empty()) one.origin = reader_.origin(option);
            to.push_back(std::move(one));
        }
    };
    move_to(problems_, found.problems);
    move_to(warnings_, found.warnings);
}

} // namespace postern::tables
