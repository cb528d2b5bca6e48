#include "milters/sign/signing_table.hpp"

#include <algorithm>

namespace postern::sign {
namespace {

/// Domains and users longer than this are in no table.
constexpr std::size_t kMaxQuery = 1024;

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// Why a key of a plain table never equals any query, and what was probably meant.
std::optional<std::pair<std::string, std::string>> never_matches(std::string_view key) {
    if (!is_ascii(key))
        return std::pair<std::string, std::string>("octets over 127 never match in a plain table",
                                                   "write the domain in A-labels (xn--)");
    const auto star = key.find('*');
    if (star == std::string_view::npos || key == "*") return std::nullopt;
    if (key.size() > 2 && key.ends_with("@*") && star == key.size() - 1) return std::nullopt;
    std::string remedy = "name the table refile:, or write the domain alone";
    if (key.starts_with("*@") && key.find('*', 1) == std::string_view::npos)
        remedy = "write " + quoted(key.substr(2)) + ", or name the table refile:";
    else if (key.starts_with("*@*.") || key.starts_with("*."))
        remedy = "write " + quoted(key.substr(key.rfind("*.") + 1)) + ", or name the table refile:";
    return std::pair(std::string("'*' is no wildcard in a plain table; the row never matches"),
                     std::move(remedy));
}

} // namespace

SigningTable SigningTable::load(const tables::Table& table, Matches matches,
                                tables::Report& report) {
    SigningTable signing;
    signing.name_ = table.name;
    signing.matches_ = matches;
    if (table.kind == tables::TableKind::Refile)
        signing.patterns_.emplace(tables::LetterCase::Ignored);
    signing.rows_.reserve(table.rows.size());
    std::unordered_map<std::string, int, CaseInsensitiveHash, CaseInsensitiveEqual> seen;
    int everything = 0; // the line of a row "*"
    for (const tables::TableRow& source : table.rows) {
        const config::Origin origin = table.origin(source.line);
        SigningRow row{.pattern = std::string(source.key),
                       .key_name = {},
                       .identity = {},
                       .line = source.line};
        const auto halves = cut(source.value, ':');
        row.key_name = halves ? halves->before : source.value;
        if (halves) row.identity = halves->after;
        if (row.key_name.empty())
            report.problem(origin, "signing row " + quoted(row.pattern) + " names no key",
                           "write the name of a row of the key table after it");

        const auto [before, fresh] = seen.emplace(row.pattern, row.line);
        if (signing.patterns_) {
            if (const auto added = signing.patterns_->add(row.pattern); !added) {
                report.problem(origin,
                               "pattern " + quoted(row.pattern) + ": " + added.error().message,
                               "mend the pattern; only '*' stands for any text");
                continue;
            }
        } else if (fresh) {
            signing.by_key_.emplace(row.pattern, signing.rows_.size());
        }
        const bool reached = signing.patterns_ && matches == Matches::All;
        if (!fresh && !reached)
            report.warn(origin,
                        "signing row " + quoted(row.pattern) + " stands in line " +
                            std::to_string(before->second) + " already; this row is never used",
                        signing.patterns_ ? "remove one, or set multiple-signatures = yes"
                                          : "remove one of them");
        else if (signing.patterns_ && !reached && everything != 0)
            report.warn(origin,
                        "signing row " + quoted(row.pattern) + " stands below '*' (line " +
                            std::to_string(everything) + "), which takes all mail",
                        "move '*' to the end");
        signing.warn_of(row, report);
        if (everything == 0 && row.pattern == "*") everything = row.line;
        signing.rows_.push_back(std::move(row));
    }
    return signing;
}

void SigningTable::warn_of(const SigningRow& row, tables::Report& report) const {
    const std::string subject = "signing row " + quoted(row.pattern) + ": ";
    const auto warn = [&](const std::string& what, const std::string& remedy) {
        report.warn(origin(row), subject + what, remedy);
    };
    if (!row.identity.empty() && row.identity.find('@') == std::string::npos)
        warn("the identity '" + row.identity + "' has no '@', so nothing is signed",
             "write '@%', or leave it out");
    if (!patterns_) {
        if (const auto never = never_matches(row.pattern)) warn(never->first, never->second);
        return;
    }
    if (const char meta = tables::PatternList::metacharacter(row.pattern); meta != '\0')
        warn(std::string("'") + meta + "' acts as in an extended regular expression",
             "write only '*' for any text, and a row for each alternative");
    const auto at = row.pattern.rfind("@*");
    if (at != std::string::npos && at + 2 < row.pattern.size() && row.pattern[at + 2] != '.' &&
        is_alpha(row.pattern[at + 2])) {
        const std::string domain = row.pattern.substr(at + 2);
        warn("also takes mail of not" + domain + ", because '*' stops at no dot",
             "write '" + row.pattern.substr(0, at) + "@" + domain + "' and '" +
                 row.pattern.substr(0, at) + "@*." + domain + "'");
    } else if (at == std::string::npos && row.pattern.find('@') == std::string::npos &&
               row.pattern.find('*') == std::string::npos) {
        warn("matches no address: a refile is compared with the whole address",
             "write '*@" + row.pattern.substr(row.pattern.starts_with('.') ? 1 : 0) + "'");
    }
}

std::vector<const SigningRow*> SigningTable::find(std::string_view user,
                                                  std::string_view domain) const {
    std::vector<const SigningRow*> found;
    if (user.size() + domain.size() + 1 > kMaxQuery) return found;
    std::string query;
    if (patterns_) {
        query.append(user).append("@").append(domain);
        if (matches_ == Matches::First) {
            if (const auto number = patterns_->first(query); number != tables::PatternList::npos)
                found.push_back(&rows_[number]);
        } else {
            for (const std::size_t number : patterns_->all(query))
                found.push_back(&rows_[number]);
        }
        return found;
    }

    // True when the search is over.
    const auto ask = [&](std::string_view local, std::string_view rest) {
        query.assign(local);
        if (!local.empty()) query += '@';
        query += rest;
        if (!is_ascii(query)) return false;
        const auto row = by_key_.find(query);
        if (row == by_key_.end()) return false;
        found.push_back(&rows_[row->second]);
        return matches_ == Matches::First;
    };
    if (ask(user, domain) || ask({}, domain)) return found;
    for (auto dot = domain.find('.'); dot != std::string_view::npos;
         dot = domain.find('.', dot + 1))
        if (ask(user, domain.substr(dot)) || ask({}, domain.substr(dot))) return found;
    if (!ask(user, "*")) ask({}, "*");
    return found;
}

} // namespace postern::sign
