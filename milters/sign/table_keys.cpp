#include "milters/sign/table_keys.hpp"

#include "common/base/domain.hpp"
#include "milters/sign/local_part.hpp"

#include <algorithm>

namespace postern::sign {
namespace {

/// i= of a row: every '%' is the author's domain; the domain part ends up in A-labels (RFC 8616 5).
/// Empty when it does not lie at or under d= (RFC 6376 3.5): OpenDKIM leaves i= out then. Nothing
/// when it has no '@': OpenDKIM then makes no signature and reports no error.
std::optional<std::string> make_identity(std::string_view text, std::string_view from_domain,
                                         std::string_view d) {
    std::string identity;
    for (const char c : text)
        c == '%' ? void(identity += from_domain) : void(identity += c);
    if (identity.empty()) return identity;
    const auto halves = cut(identity, '@');
    if (!halves) return std::nullopt;
    const auto domain = to_a_labels(halves->after);
    if (!domain || !is_same_or_below(*domain, d)) return std::string();
    return std::string(halves->before) + "@" + *domain;
}

bool same_signature(const KeyChoice& a, const KeyChoice& b) {
    return a.domain == b.domain && a.selector == b.selector && a.identity == b.identity;
}

tables::TableSpec spec_of(std::string_view text, const char* what, tables::Report& report) {
    auto spec = tables::TableSpec::parse(text);
    if (spec) return *std::move(spec);
    report.problem({}, what + (": " + spec.error().message), "write file:/path or refile:/path");
    return {tables::TableKind::Inline, ""};
}

} // namespace

TableKeys::TableKeys(KeyTable keys, SigningTable signing)
    : keys_(std::move(keys)), signing_(std::move(signing)) {}

std::shared_ptr<const TableKeys> TableKeys::load(std::string_view key_table,
                                                 std::string_view signing_table, Matches matches,
                                                 const std::shared_ptr<KeyRing>& ring,
                                                 tables::Report& report) {
    const std::size_t before = report.problems.size();
    const tables::Table keys = tables::Table::read(spec_of(key_table, "key table", report), report);
    const tables::Table signing =
        tables::Table::read(spec_of(signing_table, "signing table", report), report);
    auto both = std::make_shared<const TableKeys>(KeyTable::load(keys, ring, report),
                                                  SigningTable::load(signing, matches, report));
    if (report.problems.size() == before) both->check(report);
    return both;
}

void TableKeys::check(tables::Report& report) const {
    for (const SigningRow& row : signing_.rows()) {
        if (row.key_name == "%") continue; // depends on the author
        const KeyRow* key = keys_.find(row.key_name);
        if (key == nullptr) {
            report.problem(signing_.origin(row),
                           "signing row '" + row.pattern + "' names the key '" + row.key_name +
                               "', which the key table has not",
                           "add that row to the key table; letters' case matters");
            continue;
        }
        if (row.identity.find('@') == std::string::npos || key->domain == "%" ||
            row.identity.find('%') != std::string::npos || !key->fault.empty())
            continue;
        if (const auto made = make_identity(row.identity, {}, key->domain); made && made->empty())
            report.warn(signing_.origin(row),
                        "signing row '" + row.pattern + "': the identity '" + row.identity +
                            "' is not at or under the key's domain " + key->domain +
                            " and is left out",
                        "write an address under it, or no identity");
    }
}

Selection TableKeys::select(const message::Mailbox& from) const {
    const std::string domain = to_lower(from.domain);
    if (from.local_part.empty() || domain.empty())
        return {.keys = {}, .why = "the author's address has no domain"};
    const std::string user = written_local_part(from.local_part);
    const auto rows = signing_.find(user, domain);
    if (!rows.empty()) return apply(rows, domain);
    if (!is_ascii(domain)) {
        if (const auto labels = to_a_labels(domain))
            if (const auto again = signing_.find(user, *labels); !again.empty())
                return apply(again, *labels);
    }
    return {.keys = {}, .why = "no key for " + domain};
}

Selection TableKeys::apply(const std::vector<const SigningRow*>& rows,
                           std::string_view domain) const {
    Selection selection;
    const auto broken = [](std::string why) {
        return Selection{.keys = {}, .why = std::move(why), .broken = true};
    };
    for (const SigningRow* row : rows) {
        const std::string_view name =
            row->key_name == "%" ? domain : std::string_view(row->key_name);
        const KeyRow* key = keys_.find(name);
        if (key == nullptr)
            return broken(signing_.origin(*row).text() + ": no key row '" + std::string(name) +
                          "'");
        auto choice = keys_.choose(*key, domain);
        if (!choice) return broken(choice.error().message);
        auto identity = make_identity(row->identity, domain, choice->domain);
        if (!identity) {
            selection.why =
                signing_.origin(*row).text() + ": the identity '" + row->identity + "' has no '@'";
            continue;
        }
        choice->identity = *std::move(identity);
        const auto have = [&](const KeyChoice& other) { return same_signature(other, *choice); };
        if (std::none_of(selection.keys.begin(), selection.keys.end(), have))
            selection.keys.push_back(*std::move(choice));
    }
    if (!selection.keys.empty()) selection.why.clear();
    return selection;
}

} // namespace postern::sign
