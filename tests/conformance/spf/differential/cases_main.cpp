// spf_random_cases FIRST COUNT: random cases and what the own engine says of them, as JSON, a line
// per case, for judges in other languages. Octets above ASCII are written as U+0080 to U+00FF.
#include "common/base/text.hpp"
#include "tests/conformance/spf/differential/random_case.hpp"
#include "tests/conformance/spf/suite.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>
#include <string_view>

namespace postern::conformance {
namespace {

std::string octets(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            out += c;
        } else {
            out += static_cast<char>(0xc0 | (octet >> 6U));
            out += static_cast<char>(0x80 | (octet & 0x3fU));
        }
    }
    return out;
}

/// [name, type or "*", value or null, failure or null]; the value of MX is [preference, host].
nlohmann::json line_of(const ZoneLine& line) {
    nlohmann::json value;
    if (line.record && line.record->address) {
        value = line.record->address->text();
    } else if (line.record && line.type == dns::RecordType::MX) {
        value = {line.record->preference, octets(line.record->text)};
    } else if (line.record) {
        value = octets(line.record->text);
    }
    nlohmann::json failure;
    if (!line.record) failure = to_string(line.failure);
    return {octets(line.name), line.type ? to_string(*line.type) : "*", value, failure};
}

nlohmann::json case_of(const RandomCase& one, const spf::Verdict& verdict) {
    nlohmann::json zone = nlohmann::json::array();
    for (const ZoneLine& line : one.zone)
        zone.push_back(line_of(line));
    const bool helo = one.query.identity == spf::Identity::Helo;
    return {{"seed", one.seed},
            {"client", one.query.client.text()},
            {"helo", octets(one.query.helo)},
            {"from", helo ? "" : octets(one.query.mail_from)},
            {"receiver", one.query.receiver},
            {"zone", zone},
            {"result", to_string(verdict.status)},
            {"mechanism", octets(verdict.mechanism)},
            {"explanation", octets(verdict.explanation)},
            {"problem", octets(verdict.problem)}};
}

int run(std::uint64_t first, std::uint64_t count) {
    const auto engine = make_engine(spf::EngineKind::Own);
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const RandomCase one = make_random_case(seed);
        std::cout << case_of(one, engine->check(one.query, *one.dns, no_hurry())).dump() << '\n';
    }
    return std::cout.good() ? 0 : 1;
}

} // namespace
} // namespace postern::conformance

int main(int argc, char** argv) {
    if (argc == 3) {
        const auto first = postern::parse_number<std::uint64_t>(argv[1]);
        const auto count = postern::parse_number<std::uint64_t>(argv[2]);
        if (first && count) return postern::conformance::run(*first, *count);
    }
    std::cerr << "usage: spf_random_cases FIRST COUNT\n";
    return 64;
}
