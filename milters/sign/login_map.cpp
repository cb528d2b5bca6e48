#include "milters/sign/login_map.hpp"

#include "common/config/table_file.hpp"
#include "milters/sign/local_part.hpp"

namespace postern::sign {
namespace {

/// The local part without its extension, as Postfix splits it; empty if it has none. Names that
/// mailing lists and the mail system use are never split.
std::string_view without_extension(std::string_view local, std::string_view delimiters) {
    for (const std::string_view whole : {"postmaster", "mailer-daemon", "double-bounce"})
        if (iequals(local, whole)) return {};
    if (delimiters.find('-') != std::string_view::npos &&
        (istarts_with(local, "owner-") || iends_with(local, "-request")))
        return {};
    const auto at = local.find_first_of(delimiters);
    return at == std::string_view::npos || at == 0 ? std::string_view() : local.substr(0, at);
}

} // namespace

LoginMap LoginMap::load(std::string_view path, std::string_view delimiters,
                        tables::Report& report) {
    if (path.starts_with("texthash:")) path.remove_prefix(9);
    const auto table = config::TableFile::read(std::string(path), config::TableSyntax::Postfix);
    if (table) return LoginMap(*table, delimiters, report);
    for (const config::Problem& problem : table.error())
        report.problem(problem.origin, problem.what, problem.remedy);
    return {};
}

LoginMap LoginMap::parse(std::string_view text, const std::string& name,
                         std::string_view delimiters, tables::Report& report) {
    const auto table =
        config::TableFile::parse(std::string(text), name, config::TableSyntax::Postfix);
    if (table) return LoginMap(*table, delimiters, report);
    for (const config::Problem& problem : table.error())
        report.problem(problem.origin, problem.what, problem.remedy);
    return {};
}

LoginMap::LoginMap(const config::TableFile& table, std::string_view delimiters,
                   tables::Report& report)
    : delimiters_(delimiters) {
    for (const config::TableEntry& row : table.entries()) {
        if (row.key.find('@') == std::string_view::npos)
            report.warn(table.origin(row),
                        "'" + std::string(row.key) + "' has no '@' and is never looked up",
                        "write user@domain, or @domain for a whole domain");
        else if (!logins_.emplace(row.key, row.value).second)
            report.warn(table.origin(row),
                        "'" + std::string(row.key) + "' stands above already; this row is not used",
                        "put all logins into one row");
    }
}

const std::string* LoginMap::find(std::string_view user, std::string_view domain) const {
    const auto look = [&](std::string_view local) -> const std::string* {
        // Postfix asks for the address as mail writes it first, then without its quotes.
        for (const bool quoted : {true, false}) {
            if (quoted && !needs_quotes(local)) continue;
            std::string address = quoted ? quoted_local_part(local) : std::string(local);
            address.append("@").append(domain);
            if (const auto found = logins_.find(address); found != logins_.end())
                return &found->second;
        }
        return nullptr;
    };
    if (const auto* logins = look(user)) return logins;
    if (const auto bare = without_extension(user, delimiters_); !bare.empty())
        if (const auto* logins = look(bare)) return logins;
    return look({});
}

Ownership LoginMap::check(std::string_view login, std::string_view user,
                          std::string_view domain) const {
    const std::string* logins = find(user, domain);
    if (logins == nullptr) return Ownership::UnknownSender;
    for (const std::string_view owner : split_list(*logins))
        if (iequals(owner, login)) return Ownership::Owned;
    return Ownership::NotOwned;
}

} // namespace postern::sign
