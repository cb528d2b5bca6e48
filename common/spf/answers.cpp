#include "common/spf/answers.hpp"

#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/spf/macro.hpp"
#include "common/spf/record.hpp"

#include <algorithm>
#include <chrono>

namespace postern::spf {

namespace {

/// As dns::Question has it: a backslash in a label is written twice. Dots part labels here.
std::string escaped(std::string_view name) {
    std::string out;
    out.reserve(name.size());
    for (const char c : name) {
        if (c == '\\') out += c;
        out += c;
    }
    return out;
}

const dns::Answer& unaskable() {
    static const dns::Answer answer{.outcome = dns::Outcome::NxDomain};
    return answer;
}

} // namespace

const dns::Answer* Answers::find(std::string_view name, dns::RecordType type) {
    if (!is_domain_name(name)) return &unaskable();
    return find_key({to_lower(escaped(name)), type});
}

const dns::Answer* Answers::find_escaped(std::string_view name, dns::RecordType type) {
    if (name.empty()) return &unaskable(); // the root: "no mail here" of RFC 7505
    return find_key({to_lower(name), type});
}

const dns::Answer* Answers::find_key(Key key) {
    if (const auto known = known_.find(key); known != known_.end()) return &known->second;
    dns::Question question{.name = std::move(key.first), .type = key.second};
    if (std::find(wanted_.begin(), wanted_.end(), question) == wanted_.end())
        wanted_.push_back(std::move(question));
    return nullptr;
}

bool Answers::ask_wanted() {
    if (wanted_.empty()) return false;
    expired_ = std::chrono::steady_clock::now() >= deadline_.at;
    if (expired_) return false;
    const std::size_t ahead = std::min(wanted_.size() - 1, kAskedAhead - ahead_);
    ahead_ += ahead;
    wanted_.resize(1 + ahead);
    const std::vector<dns::Answer> answers = resolver_.ask(wanted_, deadline_);
    invariant(answers.size() == wanted_.size(), "one answer per question");
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
        if (trace_) trace_("asked " + describe(wanted_[i], answers[i]));
        known_.insert_or_assign({wanted_[i].name, wanted_[i].type}, answers[i]);
    }
    wanted_.clear();
    expired_ = std::chrono::steady_clock::now() >= deadline_.at;
    return true;
}

std::string describe(const dns::Question& question, const dns::Answer& answer) {
    constexpr std::size_t kShown = 20;
    std::string out =
        std::string(dns::to_string(question.type)) + " " + printable(question.name) + ": ";
    if (answer.outcome != dns::Outcome::Records) {
        out += dns::to_string(answer.outcome);
        if (!answer.why.empty()) out += " (" + printable(answer.why) + ")";
        return out;
    }
    for (std::size_t i = 0; i < answer.records.size() && i < kShown; ++i) {
        const dns::Record& record = answer.records[i];
        if (i != 0) out += ", ";
        if (record.address)
            out += record.address->text();
        else if (question.type == dns::RecordType::TXT)
            out += '"' + printable(record.text, 1000) + '"';
        else
            out += printable(record.text);
    }
    if (answer.records.size() > kShown) out += ", ...";
    return out;
}

} // namespace postern::spf
