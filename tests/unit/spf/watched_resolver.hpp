// A fixture that keeps what was asked, call by call.
#pragma once

#include "common/dns/fixture.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace postern::spf {

class WatchedResolver final : public dns::Resolver {
public:
    dns::FixtureResolver zone;

    /// "TXT example.org", in the order asked; one list per call.
    std::vector<std::vector<std::string>> rounds;

    [[nodiscard]] std::vector<dns::Answer> ask(std::span<const dns::Question> questions,
                                               const dns::Deadline& deadline) override {
        std::vector<std::string> round;
        for (const dns::Question& question : questions) {
            round.push_back(std::string(dns::to_string(question.type)) + " " + question.name);
            longest_name = std::max(longest_name, question.name.size());
        }
        rounds.push_back(std::move(round));
        return zone.ask(questions, deadline);
    }
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> all;
        for (const auto& round : rounds)
            all.insert(all.end(), round.begin(), round.end());
        return all;
    }
    std::size_t longest_name = 0;
};

} // namespace postern::spf
