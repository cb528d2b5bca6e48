#include "tools/replay/expect.hpp"

#include "common/base/text.hpp"

#include <array>
#include <regex>

namespace postern::replay {

namespace {

/// A fold and what follows counts as one blank, so that patterns need not know the folding.
std::string unfold(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\n') {
            while (i + 1 < value.size() && is_wsp(value[i + 1]))
                ++i;
            out.push_back(' ');
        } else {
            out.push_back(value[i]);
        }
    }
    return std::string(trim(out));
}

bool matches(const std::string& text, const std::string& pattern) {
    // std::regex recurses per character; what is longer than this is no header a script looks at.
    constexpr std::size_t kMaxText = 16384;
    return std::regex_search(text.substr(0, kMaxText), std::regex(pattern));
}

} // namespace

Result<Expectation> Expectation::parse(std::string_view text) {
    const auto halves = cut(text, '=');
    Expectation expectation;
    expectation.text = text;
    if (!halves || halves->after.empty())
        return fail("--expect \"" + std::string(text) + "\": write NAME=VALUE");
    expectation.name = halves->after;
    if (halves->before == "verdict") {
        expectation.kind = Kind::Verdict;
        constexpr std::array<std::string_view, 5> kVerdicts = {"accept", "reject", "tempfail",
                                                               "discard", "quarantine"};
        for (const std::string_view verdict : kVerdicts)
            if (expectation.name == verdict) return expectation;
        const auto near = nearest(expectation.name, kVerdicts);
        return fail("--expect \"" + std::string(text) + "\": no such verdict" +
                    (near.empty() ? ", there are accept, reject, tempfail, discard, quarantine"
                                  : ", did you mean " + std::string(near) + "?"));
    }
    if (halves->before == "header") {
        expectation.kind = Kind::Header;
        if (const auto parts = cut(halves->after, ':')) {
            expectation.name = parts->before;
            expectation.pattern = parts->after;
        }
    } else if (halves->before == "no-header") {
        expectation.kind = Kind::NoHeader;
    } else if (halves->before == "reply") {
        expectation.kind = Kind::Reply;
        expectation.pattern = expectation.name;
    } else if (halves->before == "modifications") {
        expectation.kind = Kind::Modifications;
        if (!parse_number<std::size_t>(expectation.name))
            return fail("--expect \"" + std::string(text) + "\": not a number");
    } else {
        return fail("--expect \"" + std::string(text) +
                    "\": expected verdict=, header=, no-header=, reply= or modifications=");
    }
    try {
        (void)std::regex(expectation.pattern);
    } catch (const std::regex_error& error) {
        return fail("--expect \"" + std::string(text) + "\": " + error.what());
    }
    return expectation;
}

std::optional<std::string> unmet(const Expectation& expectation, const Outcome& outcome) {
    using Kind = Expectation::Kind;
    const std::string prefix = "expected " + expectation.text + ", ";
    switch (expectation.kind) {
    case Kind::Verdict:
        if (to_string(outcome.verdict) == expectation.name) return std::nullopt;
        return prefix + "the verdict is " + std::string(to_string(outcome.verdict));
    case Kind::Reply:
        if (matches(outcome.reply, expectation.pattern)) return std::nullopt;
        return prefix + "the reply is \"" + outcome.reply + "\"";
    case Kind::Modifications:
        if (std::to_string(outcome.edits.size()) == expectation.name) return std::nullopt;
        return prefix + "there are " + std::to_string(outcome.edits.size());
    case Kind::Header:
    case Kind::NoHeader:
        break;
    }
    std::size_t found = 0;
    bool matched = false;
    if (outcome.message)
        for (const postfix::HeaderField& field : outcome.message->header) {
            if (field.hidden || !iequals(field.name, expectation.name)) continue;
            ++found;
            matched = matched || expectation.pattern.empty() ||
                      matches(unfold(field.value), expectation.pattern);
        }
    if (expectation.kind == Kind::NoHeader) {
        if (found == 0) return std::nullopt;
        return prefix + "there are " + std::to_string(found);
    }
    if (matched) return std::nullopt;
    if (found == 0) return prefix + "there is no such field";
    return prefix + "none of " + std::to_string(found) + " matches";
}

} // namespace postern::replay
