// Writes down what DNS said, as a fixture that says the same again: a decorator.
//
//     auto recorder = Recorder::open("dns.json", network);
//     (*recorder)->ask(questions, deadline);
//     FixtureResolver::read("dns.json"); // the same answers
//
// The file is the JSON form of fixture_text.hpp and valid after every answer. Of each question the
// first answer is kept, also over restarts and when several programs write to one file (then
// perhaps twice the same question). TTLs are not: what is replayed is not timed.
#pragma once

#include "common/base/guarded.hpp"
#include "common/base/result.hpp"
#include "common/dns/fixture.hpp"
#include "common/dns/json_member_file.hpp"
#include "common/dns/resolver.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace postern::dns {

/// One member of the JSON form: "example.org. TXT": ["..."]. Nothing for a question that cannot
/// stand there: of a name that is none (any fixture answers it alike), of a type without a name.
std::optional<std::string> format_fixture_member(const Question& question, const Answer& answer);

class Recorder final : public Resolver {
public:
    /// Told once, when the file can no longer be written: disk full, or kMaxFixtureOctets reached.
    /// Answers are given nonetheless. From the thread that asks.
    using Report = std::function<void(const std::string& what)>;

    /// What is in the file already is kept; it must be a fixture in the JSON form, or empty.
    static Result<std::unique_ptr<Recorder>>
    open(const std::string& path, std::shared_ptr<Resolver> inner, Report report = {});

    [[nodiscard]] std::vector<Answer> ask(std::span<const Question> questions,
                                          const Deadline& deadline) override;

private:
    struct State {
        JsonMemberFile file;
        std::unordered_set<std::string> known; ///< key: "example.org. TXT" in lower case
        bool failed = false;
    };
    Recorder(State state, std::shared_ptr<Resolver> inner, Report report)
        : inner_(std::move(inner)), report_(std::move(report)), state_(std::move(state)) {}
    /// What went wrong for the first time.
    static std::optional<std::string> note(State& state, const Question& question,
                                           const Answer& answer);

    std::shared_ptr<Resolver> inner_;
    Report report_;
    Guarded<State> state_;
};

} // namespace postern::dns
