// Our verifier for many messages in one process: reads lines of JSON,
// {"message": base64, "dns": {"name. TYPE": [...]}, "time": Unix time}, and prints one line each,
// [{"result": "...", "reason": "..."}, ...], a signature each from the top. See mutate.py.
#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/dkim/verifier.hpp"
#include "common/dns/fixture.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <iostream>
#include <string>

namespace {

using namespace postern;
using Json = nlohmann::json;

Json verify(const Json& line) {
    const auto octets = base64_decode(line["message"].get<std::string>());
    if (!octets) throw std::runtime_error("no base64");
    const std::string_view text = as_text(*octets);
    const auto parsed = message::HeaderBlock::parse(text);
    if (!parsed) throw std::runtime_error("no message: " + parsed.error().message);
    auto dns = dns::FixtureResolver::parse(line["dns"].dump(), "dns");
    if (!dns) throw std::runtime_error(dns.error().message);
    dkim::Verifier verifier(parsed->headers, {.now = line["time"].get<std::int64_t>()});
    verifier.body(text.substr(parsed->body_start));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Json results = Json::array();
    for (const auto& verdict : verifier.finish(dns->ask(verifier.questions(), {.at = deadline})))
        results.push_back({{"result", to_string(verdict.status)},
                           {"reason", verdict.reason},
                           {"diagnosis", verdict.diagnosis}});
    return results;
}

} // namespace

int main() {
    std::string line;
    try {
        while (std::getline(std::cin, line))
            std::cout << verify(Json::parse(line)).dump() << '\n';
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return std::cout.flush() ? 0 : 1;
}
