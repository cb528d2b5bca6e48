#include "tests/conformance/spf/suite.hpp"

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace postern::conformance {
namespace {

using dns::RecordType;

constexpr std::string_view kTimeout = "TIMEOUT";

/// Of a list of character-strings, or a single one.
std::string joined(const YAML::Node& value) {
    if (value.IsScalar()) return value.Scalar();
    std::string text;
    for (const YAML::Node& part : value)
        text += part.Scalar();
    return text;
}

dns::Record record_of(RecordType type, const YAML::Node& value) {
    switch (type) {
    case RecordType::A:
    case RecordType::AAAA: {
        const auto address = IpAddress::parse(value.Scalar());
        if (!address) throw std::runtime_error("no address: " + value.Scalar());
        return {.address = *address};
    }
    case RecordType::MX:
        return {.text = value[1].Scalar(), .preference = value[0].as<std::uint16_t>()};
    default:
        return {.text = joined(value)};
    }
}

void read_name(dns::FixtureResolver& zone, const std::string& name, const YAML::Node& lines) {
    zone.add_empty(name);
    std::vector<dns::Record> duplicates; // of SPF records, as TXT
    bool has_txt = false;
    bool silent = false;
    for (const YAML::Node& line : lines) {
        if (line.IsScalar()) {
            if (line.Scalar() != kTimeout) throw std::runtime_error("what is " + line.Scalar());
            zone.fail_others(name, dns::Outcome::Timeout);
            silent = true;
            continue;
        }
        if (silent) throw std::runtime_error(name + ": records behind TIMEOUT");
        for (const auto& entry : line) {
            const std::string& key = entry.first.Scalar();
            const YAML::Node& value = entry.second;
            if (key == "SPF") {
                duplicates.push_back(record_of(RecordType::TXT, value));
                continue;
            }
            const auto type = dns::parse_record_type(key);
            if (!type) throw std::runtime_error("no record type: " + key);
            if (*type == RecordType::TXT) {
                has_txt = true;
                if (value.IsScalar() && value.Scalar() == "NONE") continue;
            }
            zone.add(name, *type, record_of(*type, value));
        }
    }
    if (has_txt || silent) return; // what is made of SPF records stands last
    for (dns::Record& record : duplicates)
        zone.add(name, RecordType::TXT, std::move(record));
}

SuiteCase read_case(const std::string& name, const YAML::Node& node) {
    const auto client = IpAddress::parse(node["host"].Scalar());
    if (!client) throw std::runtime_error(name + ": no address");
    SuiteCase one{.name = name, .query = {.client = *client}};
    one.query.mail_from = node["mailfrom"].Scalar();
    one.query.helo = node["helo"].Scalar();
    one.section = joined(node["spec"]);
    const YAML::Node result = node["result"];
    if (result.IsScalar()) {
        one.results.push_back(result.Scalar());
    } else {
        for (const YAML::Node& word : result)
            one.results.push_back(word.Scalar());
    }
    if (const YAML::Node explanation = node["explanation"]; explanation) {
        const std::string& text = explanation.Scalar();
        one.explanation = text == "DEFAULT" ? std::string() : text;
    }
    return one;
}

} // namespace

std::vector<SuiteCase> read_suite(const std::string& path) {
    std::vector<SuiteCase> cases;
    for (const YAML::Node& scenario : YAML::LoadAllFromFile(path)) {
        const auto zone = std::make_shared<dns::FixtureResolver>();
        for (const auto& entry : scenario["zonedata"])
            read_name(*zone, entry.first.Scalar(), entry.second);
        for (const auto& entry : scenario["tests"]) {
            SuiteCase one = read_case(entry.first.Scalar(), entry.second);
            one.scenario = scenario["description"].Scalar();
            one.dns = zone;
            cases.push_back(std::move(one));
        }
    }
    return cases;
}

dns::Deadline no_hurry() {
    return {.at = std::chrono::steady_clock::now() + std::chrono::minutes(5)};
}

} // namespace postern::conformance
