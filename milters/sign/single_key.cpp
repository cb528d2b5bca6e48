#include "milters/sign/single_key.hpp"

#include "common/base/domain.hpp"
#include "common/base/text.hpp"
#include "common/tables/table_spec.hpp"

namespace postern::sign {

std::shared_ptr<const SingleKey> SingleKey::load(const Settings& settings,
                                                 const std::shared_ptr<KeyRing>& ring,
                                                 tables::Report& report) {
    const std::size_t before = report.problems.size();
    auto single = std::make_shared<SingleKey>();
    single->parents_ = settings.parents;

    if (auto selector = to_a_labels(settings.selector))
        single->selector_ = *std::move(selector);
    else
        report.problem({}, "selector '" + settings.selector + "': " + selector.error().message,
                       "write the name before ._domainkey in DNS");

    const auto spec = tables::TableSpec::parse(settings.domains);
    if (!spec) {
        report.problem({}, "domain: " + spec.error().message, "write one domain or more");
        return nullptr;
    }
    const tables::Table table = tables::Table::read(*spec, report);
    if (table.kind == tables::TableKind::Refile)
        single->patterns_.emplace(tables::LetterCase::Ignored);
    for (const tables::TableRow& row : table.rows) {
        if (single->patterns_) {
            if (const auto added = single->patterns_->add(row.key); !added)
                report.problem(table.origin(row.line),
                               "pattern '" + std::string(row.key) + "': " + added.error().message);
            continue;
        }
        if (row.key == "*") {
            single->domains_.insert("*");
            continue;
        }
        auto domain = to_a_labels(row.key);
        if (domain)
            single->domains_.insert(*std::move(domain));
        else
            report.problem(table.origin(row.line),
                           "domain '" + std::string(row.key) + "': " + domain.error().message,
                           "write a domain name, or * for all");
    }

    single->key_ = ring->file(settings.key_file);
    if (const auto key = single->key_->load(); !key)
        report.problem({}, key.error().message, "name a private key made by postern keygen");
    else
        warn_of_key(*single->key_, **key, {}, {}, report);
    if (report.problems.size() != before) return nullptr;
    return single;
}

bool SingleKey::lists(const std::string& domain) const {
    return patterns_ ? patterns_->first(domain) != tables::PatternList::npos
                     : domains_.contains(domain);
}

Selection SingleKey::choose(std::string domain, std::string identity) const {
    auto key = key_->key();
    if (!key) return {.keys = {}, .why = key.error().message, .broken = true};
    Selection selection;
    selection.keys.push_back({std::move(domain), selector_, std::move(identity), *std::move(key)});
    return selection;
}

Selection SingleKey::select(const message::Mailbox& from) const {
    const auto author = to_a_labels(from.domain);
    if (!author)
        return {.keys = {}, .why = "no key for a domain that is none: " + author.error().message};
    if (lists(*author) || lists("*")) return choose(*author, {});
    if (parents_ == ParentDomains::Yes)
        for (auto parent = parent_domain(*author); !parent.empty(); parent = parent_domain(parent))
            if (const std::string domain(parent); lists(domain))
                return choose(domain, "@" + domain);
    return {.keys = {}, .why = "no key for " + *author};
}

} // namespace postern::sign
