// One question at a time, and its records as text.
#pragma once

#include "common/dns/resolver.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace postern::dns {

inline Answer ask(Resolver& resolver, std::string name, RecordType type,
                  std::chrono::milliseconds within = std::chrono::seconds(20)) {
    const std::vector<Question> questions{{std::move(name), type}};
    auto answers =
        resolver.ask(questions, {.at = std::chrono::steady_clock::now() + within, .waiting = {}});
    return answers.at(0);
}

/// Addresses or texts, in their order.
inline std::vector<std::string> texts(const Answer& answer) {
    std::vector<std::string> all;
    for (const Record& record : answer.records)
        all.push_back(record.address ? record.address->text() : record.text);
    return all;
}

} // namespace postern::dns
