#include "milters/sign/key_table.hpp"

#include "common/base/domain.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace postern::sign {
namespace {

std::optional<crypto::KeyType> parse_algorithm(std::string_view text) {
    if (text == "rsa-sha256") return crypto::KeyType::Rsa;
    if (text == "ed25519-sha256") return crypto::KeyType::Ed25519;
    return std::nullopt;
}

std::string_view name_of(crypto::KeyType type) {
    return type == crypto::KeyType::Rsa ? "rsa-sha256" : "ed25519-sha256";
}

bool is_path(std::string_view key) {
    return key.starts_with('/') || key.starts_with("./") || key.starts_with("../");
}

std::string replace_percent(std::string_view text, std::string_view by) {
    std::string replaced;
    for (const char c : text)
        c == '%' ? void(replaced += by) : void(replaced += c);
    return replaced;
}

/// Three or four fields of a row's value; `key` takes the remainder.
struct Fields {
    std::string_view domain, selector, key;
    std::optional<crypto::KeyType> algorithm;
};

std::optional<Fields> split_value(std::string_view value) {
    const auto first = cut(value, ':');
    const auto second = first ? cut(first->after, ':') : std::nullopt;
    if (!second || first->before.empty() || second->before.empty() || second->after.empty())
        return std::nullopt;
    Fields fields{first->before, second->before, second->after, std::nullopt};
    if (const auto last = fields.key.rfind(':'); last != std::string_view::npos && last != 0) {
        fields.algorithm = parse_algorithm(fields.key.substr(last + 1));
        if (fields.algorithm) fields.key = fields.key.substr(0, last);
    }
    return fields;
}

bool blanks_around_colon(std::string_view value) {
    for (auto at = value.find(':'); at != std::string_view::npos; at = value.find(':', at + 1))
        if ((at > 0 && is_space(value[at - 1])) ||
            (at + 1 < value.size() && is_space(value[at + 1])))
            return true;
    return false;
}

/// Fills the row from the value of its table row; what is wrong becomes the row's fault.
void fill(KeyRow& row, std::string_view value, KeyRing& ring) {
    auto fields = split_value(value);
    if (!fields) {
        row.fault = "the value is not domain:selector:key";
        return;
    }
    // OpenDKIM writes such blanks into d= and s=, where they mean nothing, but opens no path with
    // them and knows no " %".
    fields->domain = trim(fields->domain);
    fields->selector = trim(fields->selector);
    if (trim(fields->key) != fields->key || (fields->domain == "%" && !value.starts_with('%')) ||
        value.starts_with("% ")) {
        row.fault = "blanks around ':' belong to the fields, for OpenDKIM too";
        return;
    }
    if (fields->domain == "%") {
        row.domain = "%";
    } else if (auto domain = to_a_labels(fields->domain)) {
        row.domain = *std::move(domain);
    } else {
        row.fault = "domain: " + domain.error().message;
        return;
    }
    if (auto selector = to_a_labels(fields->selector)) {
        row.selector = *std::move(selector);
    } else {
        row.fault = "selector: " + selector.error().message;
        return;
    }
    row.algorithm = fields->algorithm;
    if (!is_path(fields->key)) {
        auto key = crypto::PrivateKey::parse(fields->key);
        if (key)
            row.inline_key = std::make_shared<const crypto::PrivateKey>(std::move(*key));
        else
            row.fault = "neither a path from '/' nor a key: " + key.error().message;
        return;
    }
    std::string path(fields->key);
    if (path.front() == '/' && path.find('%') != std::string::npos) {
        if (row.domain == "%") {
            row.path = std::move(path);
            return;
        }
        path = replace_percent(path, fields->domain); // as written, like OpenDKIM
    }
    row.file = ring.file(path);
}

std::string remedy_for(const KeyRow& row) {
    if (row.fault.starts_with("blanks")) return "write domain:selector:/path without blanks";
    if (row.fault.starts_with("the value")) return "write domain:selector:/path/to/key.pem";
    return "mend the row; until then mail that needs it waits";
}

std::optional<std::string> mismatch(const KeyRow& row, const crypto::PrivateKey& key) {
    if (!row.algorithm || *row.algorithm == key.type()) return std::nullopt;
    return "the row says " + std::string(name_of(*row.algorithm)) + " and the key is for " +
           std::string(name_of(key.type()));
}

} // namespace

KeyTable KeyTable::load(const tables::Table& table, std::shared_ptr<KeyRing> ring,
                        tables::Report& report) {
    KeyTable keys;
    keys.name_ = table.name;
    keys.ring_ = std::move(ring);
    if (table.kind == tables::TableKind::Refile)
        keys.patterns_.emplace(tables::LetterCase::Matters);
    keys.rows_.reserve(table.rows.size());
    std::size_t parsed = 0;
    for (const tables::TableRow& source : table.rows) {
        KeyRow row;
        row.name = source.key;
        row.line = source.line;
        const config::Origin origin = table.origin(row.line);
        if (keys.patterns_) {
            if (const auto added = keys.patterns_->add(row.name); !added) {
                report.problem(origin, "pattern '" + row.name + "': " + added.error().message,
                               "mend the pattern; only '*' stands for any text");
                continue;
            }
        } else if (const auto [first, fresh] = keys.by_name_.emplace(row.name, keys.rows_.size());
                   !fresh) {
            report.warn(origin,
                        "the name '" + row.name + "' stands in line " +
                            std::to_string(keys.rows_[first->second].line) +
                            " already; this row is never used",
                        "remove one of them");
            continue;
        }
        fill(row, source.value, *keys.ring_);
        if (row.fault.empty() && blanks_around_colon(source.value))
            report.warn(origin, "key row '" + row.name + "': blanks around ':'",
                        "write domain:selector:/path without blanks");
        if (row.fault.empty()) keys.check_key(row, parsed, report);
        if (!row.fault.empty())
            report.warn(origin, "key row '" + row.name + "': " + row.fault, remedy_for(row));
        keys.rows_.push_back(std::move(row));
    }
    return keys;
}

/// Reads the key of the row, or looks that its file is there, and warns.
void KeyTable::check_key(KeyRow& row, std::size_t& parsed, tables::Report& report) const {
    const config::Origin where = origin(row);
    const std::string subject = "key row '" + row.name + "': ";
    if (row.inline_key != nullptr) {
        if (auto differs = mismatch(row, *row.inline_key)) row.fault = *std::move(differs);
        return;
    }
    if (row.file == nullptr) return; // the path depends on the author
    const std::string& path = row.file->path();
    if (path.front() != '/')
        report.warn(where, subject + "the path " + path + " depends on the directory we start in",
                    "write it from '/'");
    if (path.front() != '/' && path.find('%') != std::string::npos)
        report.warn(where, subject + "'%' is replaced in paths from '/' only",
                    "write the path from '/'");

    if (parsed >= ring_->context().options.eager && !ring_->must_read_now(path)) {
        if (const auto found = stat_file(path); !found)
            report.warn(where, subject + path + ": " + found.error().message,
                        "put the key there; until then mail that needs it waits");
        return;
    }
    ++parsed;
    const auto key = row.file->load();
    if (!key) {
        report.warn(where, subject + key.error().message,
                    "put a good key there; until then mail that needs it waits");
    } else if (auto differs = mismatch(row, **key)) {
        row.fault = *std::move(differs);
        return;
    }
    if (key) warn_of_key(*row.file, **key, where, subject, report);
}

const KeyRow* KeyTable::find(std::string_view name) const {
    if (patterns_) {
        const std::size_t number = patterns_->first(name);
        return number == tables::PatternList::npos ? nullptr : &rows_[number];
    }
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &rows_[found->second];
}

Result<KeyChoice> KeyTable::choose(const KeyRow& row, std::string_view from_domain) const {
    const auto unusable = [&](const std::string& why) {
        return fail(origin(row).text() + ": key row '" + row.name + "': " + why);
    };
    if (!row.fault.empty()) return unusable(row.fault);

    KeyChoice choice{
        .domain = row.domain, .selector = row.selector, .identity = {}, .key = row.inline_key};
    if (row.domain == "%") {
        auto domain = to_a_labels(from_domain);
        if (!domain) return unusable("the author's domain: " + domain.error().message);
        choice.domain = *std::move(domain);
    }
    if (choice.key == nullptr) {
        std::shared_ptr<const KeyFile> file = row.file;
        if (file == nullptr) {
            // to_a_labels took the domain, so that no dots or slashes can lead out of the path.
            if (from_domain.find('/') != std::string_view::npos) return unusable("'/' in a domain");
            file = ring_->passing_file(replace_percent(row.path, from_domain));
        }
        auto key = file->key();
        if (!key) return unusable(key.error().message);
        choice.key = *std::move(key);
    }
    if (auto differs = mismatch(row, *choice.key)) return unusable(*differs);
    return choice;
}

} // namespace postern::sign
