#include "common/dns/message_resolver.hpp"

#include "common/base/text.hpp"

namespace postern::dns {

std::vector<Answer> MessageResolver::ask(std::span<const Question> questions,
                                         const Deadline& deadline) {
    using Key = std::pair<std::string, RecordType>;
    std::vector<Key> keys;
    keys.reserve(questions.size());
    std::vector<Question> unknown;
    std::map<Key, std::size_t> places; // of the unknown ones
    for (const Question& question : questions) {
        const Key& key = keys.emplace_back(to_lower(question.name), question.type);
        if (known_.count(key) != 0 || places.count(key) != 0) continue;
        if (asked_ == limits_.questions) {
            exhausted_ = true;
            continue;
        }
        ++asked_;
        places.emplace(key, unknown.size());
        unknown.push_back(question);
    }
    if (!unknown.empty()) {
        std::vector<Answer> fresh = inner_.ask(unknown, deadline);
        for (const auto& [key, place] : places)
            known_.emplace(key, std::move(fresh[place]));
    }
    std::vector<Answer> answers;
    answers.reserve(questions.size());
    for (const Key& key : keys) {
        const auto found = known_.find(key);
        answers.push_back(found != known_.end()
                              ? found->second
                              : Answer{.outcome = Outcome::Timeout,
                                       .why = "budget of " + std::to_string(limits_.questions) +
                                              " questions spent"});
    }
    return answers;
}

} // namespace postern::dns
