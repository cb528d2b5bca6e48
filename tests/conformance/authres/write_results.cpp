// Random results, written by our writer, for other programs to read: authres_write COUNT SEED gives
// one JSON object a line with the field and what must be found in it.
#include "common/authres/field.hpp"
#include "common/base/text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

namespace {

using namespace postern::authres;

class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return engine_() % limit; }
    template <std::size_t N> std::string_view one_of(const std::array<std::string_view, N>& all) {
        return all[below(N)];
    }

private:
    std::mt19937 engine_;
};

/// Values as they come from envelopes and signatures, tame and hostile; no control characters, so
/// that what is read can be compared with what was written.
std::string value(Dice& dice) {
    constexpr std::array<std::string_view, 16> kWhole{"example.net",
                                                      "user@example.net",
                                                      "@example.net",
                                                      "user+tag@sub.example.net",
                                                      "192.0.2.1",
                                                      "2001:db8::1",
                                                      "a/b+c=",
                                                      "SRS0=x=y@example.org",
                                                      "two words",
                                                      "example.net(.example.com",
                                                      "x; dkim=pass header.d=bank.example",
                                                      "\"quoted local\"@example.org",
                                                      "back\\slash",
                                                      "a@localhost",
                                                      "[192.0.2.1]",
                                                      "under_score.example"};
    if (dice.below(2) == 0) return std::string(dice.one_of(kWhole));
    std::string text;
    for (std::size_t i = 1 + dice.below(40); i > 0; --i)
        text.push_back(static_cast<char>(' ' + dice.below(95)));
    return text;
}

MethodResult result(Dice& dice) {
    constexpr std::array<std::string_view, 5> kMethods{"dkim", "spf", "iprev", "auth", "dmarc"};
    constexpr std::array<std::string_view, 5> kResults{"pass", "fail", "none", "temperror",
                                                       "permerror"};
    constexpr std::array<std::string_view, 3> kTypes{"header", "smtp", "policy"};
    constexpr std::array<std::string_view, 6> kNames{"d", "i", "b", "mailfrom", "helo", "iprev"};
    constexpr std::array<std::string_view, 4> kWords{"2048-bit key", "key (of test)", "a\\b", ""};
    MethodResult result{.method = std::string(dice.one_of(kMethods)),
                        .result = std::string(dice.one_of(kResults)),
                        .comment = std::string(dice.one_of(kWords))};
    if (dice.below(3) == 0) result.reason = dice.below(2) == 0 ? "expired" : value(dice);
    for (std::size_t i = dice.below(5); i > 0; --i)
        result.properties.push_back(
            {std::string(dice.one_of(kTypes)), std::string(dice.one_of(kNames)), value(dice)});
    return result;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 64;
    const auto count = postern::parse_number<unsigned>(argv[1]);
    const auto seed = postern::parse_number<std::uint32_t>(argv[2]);
    if (!count || !seed) return 64;
    Dice dice(*seed);
    for (unsigned i = 0; i < *count; ++i) {
        constexpr std::array<std::string_view, 3> kIds{"mx.example.org", "example.org/dkim",
                                                       "gate"};
        Field field{.authserv_id = std::string(dice.one_of(kIds))};
        for (std::size_t n = dice.below(5); n > 0; --n)
            field.results.push_back(result(dice));
        nlohmann::json results = nlohmann::json::array();
        for (const MethodResult& one : field.results) {
            nlohmann::json properties = nlohmann::json::array();
            for (const Property& property : one.properties)
                properties.push_back({property.type, property.name, property.value});
            results.push_back({{"method", one.method},
                               {"result", one.result},
                               {"reason", one.reason},
                               {"properties", properties}});
        }
        std::cout << nlohmann::json{{"field", format(field)},
                                    {"authserv_id", field.authserv_id},
                                    {"results", results}}
                  << '\n';
    }
    return 0;
}
