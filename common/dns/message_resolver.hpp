// What one message (or one policy request) may ask: remembers every answer it was given, so that
// whoever asks later asks nobody, and counts what it costs.
//
//     MessageResolver lookups(*resolver, {.questions = 100});
//     lookups.ask(everything_known_at_once, deadline); // prefetch
//     engine->check(query, lookups, deadline);         // finds its first record here
#pragma once

#include "common/dns/resolver.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace postern::dns {

/// One thread at a time.
class MessageResolver final : public Resolver {
public:
    struct Limits {
        std::size_t questions = 100; ///< that go to the inner resolver; further ones: Timeout
    };
    /// `inner` must outlive it.
    MessageResolver(Resolver& inner, Limits limits) : inner_(inner), limits_(limits) {}

    [[nodiscard]] std::vector<Answer> ask(std::span<const Question> questions,
                                          const Deadline& deadline) override;

    /// Questions that went to the inner resolver.
    [[nodiscard]] std::size_t asked() const noexcept { return asked_; }
    /// Was a question not asked because the limit was met?
    [[nodiscard]] bool exhausted() const noexcept { return exhausted_; }

private:
    Resolver& inner_;
    Limits limits_;
    std::map<std::pair<std::string, RecordType>, Answer> known_; ///< by the name in lower case
    std::size_t asked_ = 0;
    bool exhausted_ = false;
};

} // namespace postern::dns
