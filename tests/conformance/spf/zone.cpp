#include "tests/conformance/spf/zone.hpp"

#include "common/base/text.hpp"

#include <utility>

namespace postern::conformance {
namespace {

constexpr int kChain = 8;

bool can_be_asked(std::string_view name) {
    if (name.size() > 253) return false;
    while (true) {
        const std::size_t dot = name.find('.');
        const std::size_t label = dot == std::string_view::npos ? name.size() : dot;
        if (label == 0 || label > 63) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

} // namespace

void Zone::add(std::string_view name, dns::RecordType type, dns::Record record) {
    names_[to_lower(name)].push_back({.type = type, .record = std::move(record)});
}

void Zone::add(std::string_view name) { names_[to_lower(name)]; }

void Zone::fail(std::string_view name, dns::Outcome how, std::optional<dns::RecordType> type) {
    names_[to_lower(name)].push_back({.type = type, .record = std::nullopt, .failure = how});
}

dns::Answer Zone::answer(const dns::Question& question) const {
    std::string name = to_lower(question.name);
    for (int link = 0; link <= kChain; ++link) {
        if (!can_be_asked(name)) return {.outcome = dns::Outcome::NxDomain};
        const auto found = names_.find(name);
        if (found == names_.end()) return {.outcome = dns::Outcome::NxDomain};
        dns::Answer answer{.outcome = dns::Outcome::NoData, .ttl = std::chrono::seconds(60)};
        const dns::Record* alias = nullptr;
        for (const Entry& entry : found->second) {
            if (!entry.record && (!entry.type || *entry.type == question.type)) {
                if (!answer.records.empty()) break;
                return {.outcome = entry.failure, .why = "as the zone says"};
            }
            if (entry.record && *entry.type == question.type)
                answer.records.push_back(*entry.record);
            if (entry.record && *entry.type == dns::RecordType::CNAME) alias = &*entry.record;
        }
        if (!answer.records.empty()) answer.outcome = dns::Outcome::Records;
        if (!answer.records.empty() || alias == nullptr) return answer;
        name = to_lower(alias->text);
    }
    return {.outcome = dns::Outcome::ServFail, .why = "a chain of CNAMEs without an end"};
}

std::vector<dns::Answer> Zone::ask(std::span<const dns::Question> questions,
                                   const dns::Deadline& /*deadline*/) {
    std::vector<dns::Answer> answers;
    answers.reserve(questions.size());
    for (const dns::Question& question : questions)
        answers.push_back(answer(question));
    return answers;
}

std::string Zone::text() const {
    std::string out;
    for (const auto& [name, entries] : names_) {
        if (entries.empty()) out += name + " (nothing)\n";
        for (const Entry& entry : entries) {
            out += name + ' ' + (entry.type ? std::string(to_string(*entry.type)) : "*") + ' ';
            if (!entry.record) {
                out += to_string(entry.failure);
            } else if (entry.record->address) {
                out += entry.record->address->text();
            } else {
                out += entry.record->text;
            }
            out += '\n';
        }
    }
    return out;
}

} // namespace postern::conformance
