#include "tools/postern/key_report.hpp"

#include "tools/postern/key_record.hpp"

#include <nlohmann/json.hpp>

#include <ostream>

namespace postern::tool {
namespace {

const char* type_name(crypto::KeyType type) {
    return type == crypto::KeyType::Rsa ? "rsa" : "ed25519";
}

/// A key file that stands in no DOMAIN directory still has a record; the names are left to fill in.
std::string record_name(const PublishedKey& key) {
    return key_record_name(key.selector.empty() ? "SELECTOR" : key.selector,
                           key.domain.empty() ? "DOMAIN" : key.domain);
}

void print_json(std::ostream& out, std::span<const PublishedKey> keys) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const PublishedKey& key : keys) {
        const std::string name = record_name(key);
        list.push_back({{"domain", key.domain},
                        {"selector", key.selector},
                        {"type", type_name(key.type)},
                        {"bits", key.bits},
                        {"file", key.file},
                        {"name", name},
                        {"record", key.record},
                        {"strings", split_txt(key.record)},
                        {"zone", zone_entry(name, key.record)}});
    }
    out << list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

void print_human(std::ostream& out, const PublishedKey& key) {
    out << key.file << "\n  " << (key.type == crypto::KeyType::Rsa ? "RSA" : "Ed25519") << ", "
        << key.bits << " bits; the record is of type TXT and named\n  " << record_name(key)
        << "\n\nFor a zone file:\n\n"
        << zone_entry(record_name(key), key.record) << "\nFor a web form, in one line:\n\n"
        << key.record << "\n";
}

} // namespace

PublishedKey describe_key(const crypto::PrivateKey& key, std::string domain, std::string selector,
                          std::string file) {
    return {.domain = std::move(domain),
            .selector = std::move(selector),
            .file = std::move(file),
            .type = key.type(),
            .bits = key.bits(),
            .record = key_record_text(key)};
}

void print_keys(std::ostream& out, std::span<const PublishedKey> keys, KeyReport report) {
    if (report == KeyReport::Json) return print_json(out, keys);
    bool first = true;
    for (const PublishedKey& key : keys) {
        if (report == KeyReport::Zone) {
            out << zone_entry(record_name(key), key.record);
            continue;
        }
        if (!first) out << "\n";
        first = false;
        print_human(out, key);
    }
}

} // namespace postern::tool
