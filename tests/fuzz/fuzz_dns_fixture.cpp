// Any octets as a fixture, in both forms; what it says is recorded and must be said again.
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/dns/fixture.hpp"
#include "common/dns/record_text.hpp"
#include "common/dns/recorder.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using postern::invariant;
using namespace postern::dns;

namespace {

/// Names the text is likely to speak of.
std::vector<Question> questions_about(std::string_view text) {
    std::vector<Question> questions{{"example.org", RecordType::TXT}, {"", RecordType::NS}};
    constexpr RecordType kTypes[]{RecordType::A,   RecordType::TXT, RecordType::MX,
                                  RecordType::PTR, RecordType::NS,  RecordType::CNAME};
    for (const std::string_view word : postern::split_list(text)) {
        if (questions.size() > 20) break;
        const auto name =
            parse_name_text(word.substr(word.find_first_not_of("{\"[") == std::string_view::npos
                                            ? 0
                                            : word.find_first_not_of("{\"[")));
        if (name) questions.push_back({*name, kTypes[questions.size() % std::size(kTypes)]});
    }
    return questions;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    auto fixture = FixtureResolver::parse(text, "fuzz");
    if (!fixture) {
        invariant(!fixture.error().message.empty(), "a reason");
        return 0;
    }
    const std::vector<Question> questions = questions_about(text);
    const Deadline past{.at = {}, .waiting = {}}; // nothing is waited for
    const auto answers = fixture->ask(questions, past);
    invariant(answers.size() == questions.size(), "an answer each");
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const Answer& answer = answers[i];
        invariant((answer.outcome == Outcome::Records) == !answer.records.empty(),
                  "records when it says so");
        invariant(answer.is_failure() == !answer.why.empty(), "failures have a reason");
        const auto member = format_fixture_member(questions[i], answer);
        if (!member) continue;
        auto again = FixtureResolver::parse("{" + *member + "}", "recorded");
        invariant(again.has_value(), "what is recorded is read");
        const Answer said = again->ask({&questions[i], 1}, past).front();
        invariant(said.outcome == answer.outcome && said.records == answer.records,
                  "and says the same");
    }
    return 0;
}
