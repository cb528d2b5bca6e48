#include "common/authres/scrub.hpp"

#include "common/authres/comparable.hpp"
#include "common/authres/lexer.hpp"
#include "common/authres/reading.hpp"
#include "common/base/domain.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace postern::authres {
namespace {

/// Words of other alphabets that are converted for one message; an honest field has one or two.
constexpr std::size_t kConversions = 1000;
/// What cannot be read and is longer than this is not searched either.
constexpr std::size_t kMaxUnreadable = std::size_t{64} << 10;

constexpr std::string_view kResultsName = "Authentication-Results";
constexpr std::string_view kReceivedSpfName = "Received-SPF";

std::string_view without_wsp_at_end(std::string_view name) noexcept {
    while (!name.empty() && is_wsp(name.back()))
        name.remove_suffix(1);
    return name;
}

struct ClearId {
    std::string id;
    bool known_version = true;
};

/// The authserv-id of a value that makes no sense further on; nothing if it has none that every
/// reader would find.
std::optional<ClearId> clear_id_of(std::string_view value) {
    Lexer lexer(value);
    if (!lexer.skip_cfws() || lexer.at_end()) return std::nullopt;
    std::optional<std::string> id;
    if (lexer.sees('"'))
        id = lexer.quoted();
    else
        id = std::string(lexer.bare_identifier());
    if (!id || id->empty() || !lexer.skip_cfws()) return std::nullopt;
    const std::string_view version = lexer.digits();
    if (!lexer.skip_cfws() || (!lexer.at_end() && !lexer.sees(';'))) return std::nullopt;
    return ClearId{.id = std::move(*id),
                   .known_version = version.empty() || parse_number<unsigned>(version) == 1U};
}

} // namespace

Scrubber::Scrubber(ScrubRules rules) : received_spf_(rules.received_spf) {
    for (std::string& id : rules.authserv_ids) {
        if (trim(id).empty()) continue;
        std::size_t budget = kConversions;
        std::string ascii = to_comparable(trim(id), budget).value_or(to_lower(id));
        if (ascii.size() > 1 && ascii.back() == '.') ascii.pop_back();
        own_.push_back({.shown = std::move(id), .ascii = std::move(ascii)});
    }
    for (std::string& name : rules.extra_names)
        extra_names_.insert(std::move(name));
}

Scrubber::Kind Scrubber::kind_of(std::string_view name) const {
    if (iequals(name, kResultsName)) return Kind::Results;
    if (received_spf_ && iequals(name, kReceivedSpfName)) return Kind::ReceivedSpf;
    if (!extra_names_.empty() && extra_names_.find(name) != extra_names_.end()) return Kind::Extra;
    return Kind::Other;
}

/// Is it one of ours, a name below one, or one of ours with something of its own behind it
/// ("mx.example.org/dkim")?
const Scrubber::OwnId* Scrubber::claimed(std::string_view id, std::size_t& budget) const {
    const auto comparable = to_comparable(trim(id), budget);
    for (const OwnId& own : own_) {
        if (!comparable) return &own; // nobody has an id that takes so much to convert
        std::string_view host = *comparable;
        // Behind the name: whatever cannot go on with it. A dot can, but for one at the end.
        const std::size_t end = host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._");
        host = host.substr(0, end);
        if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
        if (is_same_or_below(host, own.ascii) || is_same_or_below(*comparable, own.ascii))
            return &own;
    }
    return nullptr;
}

const Scrubber::OwnId* Scrubber::mentioned(std::string_view value, std::size_t& budget) const {
    for (const std::string& text : {undressed(value), undressed_without_comments(value)}) {
        const auto comparable = to_comparable(text, budget);
        for (const OwnId& own : own_)
            if (!comparable || comparable->find(own.ascii) != std::string::npos) return &own;
    }
    return nullptr;
}

std::string Scrubber::judge_results(std::string_view value, std::size_t& budget) const {
    const auto reading = read(value);
    if (reading && reading->clear_id) {
        const std::string& id = reading->field.authserv_id;
        if (trim(id).empty()) return "has no authserv-id";
        const OwnId* own = claimed(id, budget);
        return own == nullptr ? std::string() : "claims " + own->shown;
    }

    const auto id = clear_id_of(value);
    if (id) {
        if (const OwnId* own = claimed(id->id, budget)) return "claims " + own->shown;
        if (!id->known_version) return "has a version that is not known";
    }
    const std::string broken = reading ? "is ambiguous" : "cannot be read";
    if (value.size() > kMaxUnreadable) return broken + " and is too long to be searched";
    if (const OwnId* own = mentioned(value, budget)) return broken + " and mentions " + own->shown;
    // Somebody else's broken field. Whose, nobody can say: it could be taken for ours.
    return id ? std::string() : broken + " and has no clear authserv-id";
}

std::string Scrubber::judge(Kind kind, std::string_view value, std::size_t& budget) const {
    switch (kind) {
    case Kind::Other:
        break;
    case Kind::Results:
        return judge_results(value, budget);
    case Kind::ReceivedSpf:
        return "is never believed";
    case Kind::Extra:
        return "is configured to go";
    }
    return {};
}

std::string Scrubber::judge(std::string_view name, std::string_view value) const {
    std::size_t budget = kConversions;
    return judge(kind_of(without_wsp_at_end(name)), value, budget);
}

std::vector<Removal> Scrubber::removals(const message::HeaderBlock& headers) const {
    std::vector<Removal> removals;
    // Of names we look for only, so a hostile message cannot fill it.
    std::unordered_map<std::string, int, CaseInsensitiveHash, CaseInsensitiveEqual> seen;
    std::size_t budget = kConversions;
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const message::FieldView field = headers[i];
        const Kind kind = kind_of(field.name);
        if (kind == Kind::Other) continue;
        const int index = ++seen[std::string(field.name)];
        std::string why = judge(kind, field.value, budget);
        if (why.empty()) continue;
        removals.push_back(
            {.name = std::string(field.name), .index = index, .field = i, .why = std::move(why)});
    }
    std::reverse(removals.begin(), removals.end());
    return removals;
}

message::HeaderBlock without(const message::HeaderBlock& headers,
                             const std::vector<Removal>& removals) {
    message::HeaderBlock rest;
    auto next = removals.rbegin(); // the last one is the first in the header
    for (std::size_t i = 0; i < headers.size(); ++i) {
        if (next != removals.rend() && next->field == i) {
            ++next;
            continue;
        }
        const message::FieldView field = headers[i];
        rest.add(field.whole.substr(0, field.whole.size() - field.value.size() - 1), field.value);
    }
    return rest;
}

} // namespace postern::authres
