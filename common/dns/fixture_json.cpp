// The JSON form of fixtures; fixture_text.hpp describes it.
#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/config/problem.hpp"
#include "common/dns/fixture_text.hpp"
#include "common/dns/outcome_word.hpp"
#include "common/dns/record_text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace postern::dns {
namespace {

using config::in_quotes;
using nlohmann::json;

Result<std::string> octets_of(const json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>();
    if (value.is_object() && value.size() == 1 && value.contains("base64") &&
        value["base64"].is_string()) {
        const auto octets = base64_decode(value["base64"].get_ref<const std::string&>());
        if (octets) return std::string(as_text(*octets));
        return fail("base64: " + octets.error().message);
    }
    return fail("a record is a string, or {\"base64\": \"...\"}");
}

Result<FixtureEntry> read_list(RecordType type, const json& list) {
    FixtureEntry entry;
    for (const json& value : list) {
        const auto text = octets_of(value);
        if (!text) return tl::unexpected(text.error());
        auto record = parse_record_text(type, *text);
        if (!record) return tl::unexpected(record.error());
        entry.records.push_back(std::move(*record));
    }
    return entry;
}

Result<Outcome> read_outcome(const json& word) {
    const auto outcome = parse_outcome_word(word.get_ref<const std::string&>());
    if (outcome) return *outcome;
    return fail(in_quotes(word.get_ref<const std::string&>()) + " is none of " +
                std::string(kOutcomeWords));
}

/// {"records": [...], "outcome": "SERVFAIL", "ttl": 60, "ad": true}, all but the first two at will.
Result<FixtureEntry> read_object(RecordType type, const json& object) {
    FixtureEntry entry;
    for (const auto& [key, value] : object.items()) {
        if (key == "records" && value.is_array()) {
            auto listed = read_list(type, value);
            if (!listed) return listed;
            entry.records = std::move(listed->records);
        } else if (key == "outcome" && value.is_string()) {
            const auto outcome = read_outcome(value);
            if (!outcome) return tl::unexpected(outcome.error());
            entry.failure = *outcome;
        } else if (key == "ttl" && value.is_number_unsigned() &&
                   value.get<std::uint64_t>() <= kMaxTtl) {
            entry.ttl = std::chrono::seconds(value.get<std::int64_t>());
        } else if (key == "ad" && value.is_boolean()) {
            entry.authenticated = value.get<bool>();
        } else {
            return fail(in_quotes(key) + ": not what is known here (records, outcome, ttl, ad)");
        }
    }
    if (object.contains("records") == object.contains("outcome"))
        return fail("an object has either records or an outcome");
    return entry;
}

Result<void> read_member(FixtureResolver& fixture, const std::string& key, const json& value) {
    const std::size_t space = key.rfind(' ');
    if (space == std::string::npos) return fail("not a name, a blank and a type");
    const std::string_view type_word = std::string_view(key).substr(space + 1);
    const auto name = parse_name_text(std::string_view(key).substr(0, space));
    if (!name) return tl::unexpected(name.error());
    if (iequals(type_word, "ANY")) {
        if (!value.is_string()) return fail("ANY goes with an outcome, not with records");
        const auto outcome = read_outcome(value);
        if (!outcome) return tl::unexpected(outcome.error());
        fixture.fail_others(*name, *outcome);
        return {};
    }
    const auto type = parse_record_type(type_word);
    if (!type) {
        fixture.add_empty(*name); // SRV, SPF ...: the name exists
        return {};
    }
    FixtureEntry entry;
    if (value.is_string()) {
        const auto outcome = read_outcome(value);
        if (!outcome) return tl::unexpected(outcome.error());
        entry.failure = *outcome;
    } else if (value.is_array() || value.is_object()) {
        auto read = value.is_array() ? read_list(*type, value) : read_object(*type, value);
        if (!read) return tl::unexpected(read.error());
        entry = std::move(*read);
    } else {
        return fail("a list of records, or a word of " + std::string(kOutcomeWords));
    }
    fixture.set(*name, *type, std::move(entry));
    return {};
}

} // namespace

Result<FixtureResolver> parse_fixture_json(std::string_view text, const std::string& name) {
    json document;
    try {
        document = json::parse(text);
    } catch (const json::exception& error) {
        return fail(name + ": " + error.what());
    }
    if (!document.is_object()) return fail(name + ": not one JSON object");
    FixtureResolver fixture;
    for (const auto& [key, value] : document.items())
        if (const auto read = read_member(fixture, key, value); !read)
            return fail(name + ": " + in_quotes(key) + ": " + read.error().message);
    return fixture;
}

} // namespace postern::dns
