#include "common/dns/fixture.hpp"

#include "common/base/file.hpp"
#include "common/base/guarded.hpp"
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/dns/fixture_text.hpp"
#include "common/dns/name.hpp"
#include "common/dns/record_text.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace postern::dns {
namespace {

constexpr std::chrono::seconds kNegativeTtl{300};
constexpr std::size_t kMaxCounted = 10000;

/// Name::key() of the name above; nothing above the root.
std::optional<std::string_view> above(std::string_view key) {
    const std::size_t label = static_cast<unsigned char>(key.front());
    if (label == 0) return std::nullopt;
    return key.substr(label + 1);
}

Answer negative(Outcome outcome) {
    Answer answer{.outcome = outcome};
    if (answer.is_failure())
        answer.why = "the fixture says " + std::string(to_string(outcome));
    else
        answer.ttl = kNegativeTtl;
    return answer;
}

Answer broken(std::string why) { return {.outcome = Outcome::ServFail, .why = std::move(why)}; }

} // namespace

struct FixtureResolver::Counts {
    Guarded<std::map<std::pair<std::string, RecordType>, std::size_t>> of;
};
void FixtureResolver::CountsFree::operator()(Counts* counts) const noexcept { delete counts; }
std::unique_ptr<FixtureResolver::Counts, FixtureResolver::CountsFree>
FixtureResolver::make_counts() {
    return std::unique_ptr<Counts, CountsFree>(new Counts);
}

Result<FixtureResolver> FixtureResolver::parse(std::string_view text, const std::string& name) {
    if (text.size() > kMaxFixtureOctets) return postern::fail(name + ": too large for a fixture");
    constexpr std::string_view kBom = "\xEF\xBB\xBF";
    if (text.substr(0, kBom.size()) == kBom) text.remove_prefix(kBom.size());
    const std::string_view start = trim(text);
    if (!start.empty() && start.front() == '{') return parse_fixture_json(text, name);
    return parse_fixture_zone(text, name);
}

Result<FixtureResolver> FixtureResolver::read(const std::string& path) {
    const auto file = read_file(path, kMaxFixtureOctets);
    if (!file) return tl::unexpected(file.error());
    return parse(file->text, path);
}

FixtureResolver::Node& FixtureResolver::node(std::string_view name) {
    const auto parsed = Name::parse(name);
    invariant(parsed.has_value(), "a fixture is given a name that can be one");
    return nodes_[parsed->key()];
}

FixtureResolver::Node& FixtureResolver::present(std::string_view name) {
    Node& there = node(name);
    if (there.exists) return there;
    there.exists = true;
    const std::string key = Name::parse(name)->key();
    for (auto parent = above(key); parent; parent = above(*parent))
        if (!parents_.emplace(*parent).second) break; // then all above it are known
    return there;
}

FixtureResolver& FixtureResolver::add(std::string_view name, RecordType type, Record record,
                                      std::chrono::seconds ttl) {
    FixtureEntry& entry = present(name).own[type];
    entry.ttl = entry.records.empty() ? ttl : std::min(entry.ttl, ttl);
    entry.records.push_back(std::move(record));
    if (type == RecordType::DNAME) has_dnames_ = true;
    return *this;
}

FixtureResolver& FixtureResolver::add(std::string_view name, RecordType type, std::string_view text,
                                      std::chrono::seconds ttl) {
    auto record = parse_record_text(type, text);
    invariant(record.has_value(), "a fixture is given text of a record");
    return add(name, type, std::move(*record), ttl);
}

FixtureResolver& FixtureResolver::set(std::string_view name, RecordType type, FixtureEntry entry) {
    const bool nothing_there = entry.failure == Outcome::NxDomain;
    if (type == RecordType::DNAME) has_dnames_ = true;
    (nothing_there ? node(name) : present(name)).own[type] = std::move(entry);
    return *this;
}

FixtureResolver& FixtureResolver::add_empty(std::string_view name) {
    present(name);
    return *this;
}

FixtureResolver& FixtureResolver::fail(std::string_view name, RecordType type, Outcome outcome) {
    (outcome == Outcome::NxDomain ? node(name) : present(name)).failing[type] = outcome;
    return *this;
}

FixtureResolver& FixtureResolver::fail(std::string_view name, Outcome outcome) {
    (outcome == Outcome::NxDomain ? node(name) : present(name)).all = outcome;
    return *this;
}

FixtureResolver& FixtureResolver::fail_others(std::string_view name, Outcome outcome) {
    (outcome == Outcome::NxDomain ? node(name) : present(name)).others = outcome;
    return *this;
}

FixtureResolver& FixtureResolver::delay(std::string_view name, std::chrono::milliseconds by) {
    node(name).delay = by;
    return *this;
}

FixtureResolver& FixtureResolver::delay_all(std::chrono::milliseconds by) {
    delay_all_ = by;
    return *this;
}

FixtureResolver& FixtureResolver::empty_non_terminals(bool exist) {
    empty_non_terminals_ = exist;
    return *this;
}

const FixtureResolver::Node* FixtureResolver::find(const std::string& key) const {
    const auto found = nodes_.find(key);
    return found == nodes_.end() ? nullptr : &found->second;
}

/// "*" below the closest encloser, the nearest name above that exists (RFC 4592 3.3.1).
const FixtureResolver::Node* FixtureResolver::wildcard(const std::string& key) const {
    if (parents_.count(key) != 0) return nullptr;
    for (auto encloser = above(key); encloser; encloser = above(*encloser)) {
        const std::string at(*encloser);
        const Node* node = find(at);
        if (parents_.count(at) == 0 && (node == nullptr || !node->exists)) continue;
        return find("\1*" + at);
    }
    return nullptr;
}

/// Where a DNAME above moves the name (RFC 6672); the highest one counts, as what is below it is
/// hidden.
std::optional<Name> FixtureResolver::renamed(const Name& name, bool& too_long) const {
    if (!has_dnames_) return std::nullopt;
    const std::string key = name.key();
    std::optional<std::pair<std::string, const Record*>> highest;
    for (auto owner = above(key); owner; owner = above(*owner)) {
        const Node* node = find(std::string(*owner));
        if (node == nullptr) continue;
        const auto dname = node->own.find(RecordType::DNAME);
        if (dname != node->own.end() && !dname->second.records.empty())
            highest.emplace(*owner, &dname->second.records.front());
    }
    if (!highest) return std::nullopt;
    const auto from = Name::from_wire(as_bytes(highest->first));
    const auto to = Name::parse(highest->second->text);
    auto moved = from && to ? name.moved(*from, *to) : std::nullopt;
    too_long = !moved;
    return moved;
}

/// What the name itself says; nothing when its CNAME is to be followed.
std::optional<Answer> FixtureResolver::own_answer(const Node& node, RecordType type) {
    if (node.all) return negative(*node.all);
    if (const auto failing = node.failing.find(type); failing != node.failing.end())
        return negative(failing->second);
    if (const auto own = node.own.find(type); own != node.own.end()) {
        const FixtureEntry& entry = own->second;
        Answer answer = negative(entry.failure.value_or(Outcome::NoData));
        if (!entry.failure && !entry.records.empty())
            answer = {.outcome = Outcome::Records, .records = entry.records, .ttl = entry.ttl};
        answer.authenticated = entry.authenticated;
        return answer;
    }
    if (const auto alias = node.own.find(RecordType::CNAME);
        alias != node.own.end() && !alias->second.records.empty())
        return std::nullopt;
    if (node.others) return negative(*node.others);
    return negative(node.exists ? Outcome::NoData : Outcome::NxDomain);
}

FixtureResolver::Found FixtureResolver::look_up(const Question& question) const {
    std::chrono::milliseconds delay = delay_all_;
    std::chrono::seconds ttl = std::chrono::seconds::max();
    auto name = Name::parse(question.name);
    if (!name) return {negative(Outcome::NxDomain), delay}; // as resolver.hpp says of such names
    for (int aliases = 0; aliases <= kMaxFixtureAliases; ++aliases) {
        const std::string key = name->key();
        bool too_long = false;
        auto next = renamed(*name, too_long);
        if (too_long) return {broken("a DNAME makes the name too long"), delay};
        if (!next) {
            const Node* node = find(key);
            if (node != nullptr) delay += node->delay;
            // A name that is only delayed, or only said not to exist, may still match a wildcard.
            const bool says = node != nullptr &&
                              (node->exists || node->all || node->others ||
                               node->own.count(question.type) + node->failing.count(question.type));
            if (!says) {
                node = wildcard(key);
                if (node != nullptr) delay += node->delay;
            }
            if (node == nullptr) {
                const bool only_parent = empty_non_terminals_ && parents_.count(key) != 0;
                return {negative(only_parent ? Outcome::NoData : Outcome::NxDomain), delay};
            }
            if (auto answer = own_answer(*node, question.type)) {
                answer->ttl = std::min(answer->ttl, ttl);
                return {std::move(*answer), delay};
            }
            const FixtureEntry& alias = node->own.at(RecordType::CNAME);
            ttl = std::min(ttl, alias.ttl);
            next = Name::parse(alias.records.front().text);
        }
        if (!next) return {broken("an alias that is no name"), delay};
        name = std::move(next);
    }
    return {broken("more than " + std::to_string(kMaxFixtureAliases) + " aliases, or a loop"),
            delay};
}

void FixtureResolver::count(const Question& question) {
    ++*asked_;
    const auto name = Name::parse(question.name);
    auto key = std::pair(name ? name->key() : question.name, question.type);
    counts_->of.with([&](auto& counts) {
        if (counts.size() < kMaxCounted || counts.count(key) != 0) ++counts[std::move(key)];
    });
}

std::size_t FixtureResolver::asked(const Question& question) const {
    const auto name = Name::parse(question.name);
    const auto key = std::pair(name ? name->key() : question.name, question.type);
    return counts_->of.with([&](const auto& counts) {
        const auto found = counts.find(key);
        return found == counts.end() ? std::size_t{0} : found->second;
    });
}

std::vector<Answer> FixtureResolver::ask(std::span<const Question> questions,
                                         const Deadline& deadline) {
    using Time = std::chrono::steady_clock::time_point;
    const Time start = std::chrono::steady_clock::now();
    std::vector<Answer> answers;
    answers.reserve(questions.size());
    Time ready = start;
    std::unordered_set<std::string> seen;
    for (const Question& question : questions) {
        // Equal questions cost one.
        std::string key = to_lower(question.name) + ' ' + std::to_string(unsigned(question.type));
        if (seen.insert(std::move(key)).second) count(question);
        Found found = look_up(question);
        if (found.delay > std::chrono::milliseconds(0)) {
            const Time at = start + found.delay;
            ready = std::max(ready, std::min(at, deadline.at));
            if (at > deadline.at)
                found.answer = {.outcome = Outcome::Timeout,
                                .why = "the fixture answers after the deadline"};
        }
        answers.push_back(std::move(found.answer));
    }
    if (start < ready && deadline.before_waiting) deadline.before_waiting();
    for (Time now = start; now < ready; now = std::chrono::steady_clock::now()) {
        std::this_thread::sleep_until(std::min(ready, now + std::chrono::seconds(1)));
        if (deadline.waiting) deadline.waiting();
    }
    return answers;
}

} // namespace postern::dns
