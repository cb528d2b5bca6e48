#include "common/dns/recorder.hpp"

#include "common/base/base64.hpp"
#include "common/base/file.hpp"
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/dns/name.hpp"
#include "common/dns/outcome_word.hpp"
#include "common/dns/record_text.hpp"

#include <nlohmann/json.hpp>

namespace postern::dns {
namespace {

using nlohmann::json;

std::string key_of(const Name& name, RecordType type) {
    return to_lower(format_name(name.text()) + " " + std::string(to_string(type)));
}

json record_value(RecordType type, const Record& record) {
    std::string text = format_record_text(type, record);
    if (is_utf8(text)) return text;
    return {{"base64", base64_encode(as_bytes(text))}};
}

json answer_value(RecordType type, const Answer& answer) {
    if (answer.outcome != Outcome::Records) {
        const std::string word(outcome_word(answer.outcome));
        if (answer.authenticated) return {{"outcome", word}, {"ad", true}};
        if (answer.outcome == Outcome::NoData) return json::array();
        return word;
    }
    json records = json::array();
    for (const Record& record : answer.records)
        records.push_back(record_value(type, record));
    if (answer.authenticated) return {{"records", std::move(records)}, {"ad", true}};
    return records;
}

} // namespace

std::optional<std::string> format_fixture_member(const Question& question, const Answer& answer) {
    const auto name = Name::parse(question.name);
    if (!name || to_string(question.type) == "?") return std::nullopt;
    const std::string key = format_name(name->text()) + " " + std::string(to_string(question.type));
    return json(key).dump() + ": " + answer_value(question.type, answer).dump();
}

Result<std::unique_ptr<Recorder>> Recorder::open(const std::string& path,
                                                 std::shared_ptr<Resolver> inner, Report report) {
    invariant(inner != nullptr, "the recorder has somebody to ask");
    auto file = JsonMemberFile::open(path);
    if (!file) return tl::unexpected(file.error());
    const auto there = read_file(path, kMaxFixtureOctets);
    if (!there) return tl::unexpected(there.error());
    State state{std::move(*file), {}, false};
    if (!trim(there->text).empty()) {
        // That it can be added to is not enough: what is recorded must be read again.
        const json document = json::parse(there->text, nullptr, false);
        if (const auto fixture = FixtureResolver::parse(there->text, path); !fixture)
            return tl::unexpected(fixture.error());
        if (!document.is_object())
            return fail(path + ": records are added to fixtures in the JSON form only");
        for (const auto& [key, value] : document.items()) {
            const std::size_t space = key.rfind(' ');
            const auto name = parse_name_text(key.substr(0, space));
            const auto parsed = name ? Name::parse(*name) : std::nullopt;
            const auto type = parse_record_type(std::string_view(key).substr(space + 1));
            if (parsed && type) state.known.insert(key_of(*parsed, *type));
        }
    }
    return std::unique_ptr<Recorder>(
        new Recorder(std::move(state), std::move(inner), std::move(report)));
}

std::optional<std::string> Recorder::note(State& state, const Question& question,
                                          const Answer& answer) {
    if (state.failed) return std::nullopt;
    const auto name = Name::parse(question.name);
    const auto member = format_fixture_member(question, answer);
    if (!name || !member || !state.known.insert(key_of(*name, question.type)).second)
        return std::nullopt;
    const auto written = state.file.append(*member, kMaxFixtureOctets);
    if (written) return std::nullopt;
    state.failed = true;
    return written.error().message;
}

std::vector<Answer> Recorder::ask(std::span<const Question> questions, const Deadline& deadline) {
    std::vector<Answer> answers = inner_->ask(questions, deadline);
    std::optional<std::string> trouble;
    state_.with([&](State& state) {
        for (std::size_t i = 0; i < questions.size() && i < answers.size(); ++i)
            if (auto what = note(state, questions[i], answers[i])) trouble = std::move(what);
    });
    if (trouble && report_) report_(*trouble);
    return answers;
}

} // namespace postern::dns
