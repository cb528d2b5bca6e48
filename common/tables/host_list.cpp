#include "common/tables/host_list.hpp"

#include <algorithm>

namespace postern::tables {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

struct Spelled {
    Network network;
    bool bracketed = false, with_prefix = false;
};

/// "192.0.2.1", "[192.0.2.1]", "192.0.2.0/24", "[2001:db8::]/32".
std::optional<Spelled> parse_network(std::string_view word) {
    const auto halves = cut(word, '/');
    std::string_view address = halves ? halves->before : word;
    const bool bracketed = address.starts_with('[') && address.ends_with(']');
    if (bracketed) address = address.substr(1, address.size() - 2);
    if (address.find_first_of("[]") != std::string_view::npos) return std::nullopt;
    std::string text(address);
    if (halves) text.append("/").append(halves->after);
    const auto network = Network::parse(text);
    if (!network) return std::nullopt;
    return Spelled{*network, bracketed, halves.has_value()};
}

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
    });
}

/// Does this look as if an address was meant?
bool numeric(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return is_digit(c) || c == '.' || c == '/' || c == ':'; });
}

} // namespace

std::size_t HostList::AddressHash::operator()(const IpAddress& address) const noexcept {
    const auto& octets = address.octets();
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(octets.data()), octets.size()});
}

HostList HostList::load(std::string_view value, OpenHosts open, Report& report) {
    const auto spec = TableSpec::parse(value);
    if (!spec) {
        report.problem({}, spec.error().message, "write addresses, networks or names");
        return {};
    }
    Table table{.kind = spec->kind, .name = {}, .rows = {}, .text = {}};
    if (spec->kind != TableKind::Inline) return load(Table::read(*spec, report), open, report);
    const std::string list = spec->where; // outlives the rows
    for (const std::string_view word : split_list(list))
        table.rows.push_back({.key = word, .value = {}, .line = 0});
    return load(table, open, report);
}

HostList HostList::load(const Table& table, OpenHosts open, Report& report) {
    HostList hosts;
    if (table.kind == TableKind::Refile) hosts.patterns_.emplace(LetterCase::Ignored);
    for (const TableRow& row : table.rows) {
        const config::Origin origin = table.origin(row.line);
        if (!hosts.patterns_) {
            hosts.add(row.key, origin, report);
            continue;
        }
        if (const auto added = hosts.patterns_->add(row.key); !added)
            report.problem(origin, "pattern " + quoted(row.key) + ": " + added.error().message,
                           "mend the pattern; only '*' stands for any text");
        else if (row.key.starts_with('*'))
            report.warn(origin,
                        quoted(row.key) + " in a refile also matches its own negation and takes "
                                          "nobody in",
                        row.key.starts_with("*.")
                            ? "name the table file: and write " + quoted(row.key.substr(1))
                            : "name the table file: and write names or networks");
    }
    hosts.check_open(table.name, open, report);
    return hosts;
}

void HostList::add(std::string_view word, const config::Origin& origin, Report& report) {
    const bool negated = word.starts_with('!');
    const std::string_view text = negated ? word.substr(1) : word;
    const auto spelled = parse_network(text);
    if (!spelled) return add_name(text, negated, origin, report);
    if (spelled->network.host_bits_set()) {
        // Not widened to the network that was probably meant: trust is given, not guessed.
        report.warn(origin, quoted(word) + " has bits set beyond its prefix and matches nothing",
                    "write " + quoted((negated ? "!" : "") + spelled->network.masked().text()) +
                        " if you mean the network");
        return;
    }
    const int rank =
        (spelled->with_prefix ? 4 : 0) + (spelled->bracketed ? 2 : 0) + (negated ? 0 : 1);
    add_network(spelled->network, {rank, negated});
}

void HostList::add_network(const Network& network, Entry entry) {
    auto& levels = network.address().is_v4() ? v4_ : v6_;
    const auto longer = [](const Level& level, int prefix) { return level.prefix > prefix; };
    auto level = std::lower_bound(levels.begin(), levels.end(), network.prefix(), longer);
    if (level == levels.end() || level->prefix != network.prefix())
        level = levels.insert(level, Level{network.prefix(), {}});
    const auto [found, fresh] = level->networks.emplace(network.address(), entry);
    if (!fresh && entry.rank < found->second.rank) found->second = entry;
}

void HostList::add_name(std::string_view name, bool negated, const config::Origin& origin,
                        Report& report) {
    const std::string word = (negated ? "!" : "") + std::string(name);
    if (iequals(name, "unknown"))
        return report.warn(origin,
                           "'unknown' is what Postfix calls clients without a name; ignored",
                           "write their addresses or networks");
    if (name.starts_with("*.") && is_name(name.substr(2)))
        return report.warn(origin, quoted(word) + " matches nothing, '*' is no wildcard here",
                           "write " + quoted((negated ? "!" : "") + std::string(name.substr(1))));
    if (!is_name(name) || numeric(name))
        return report.warn(origin, quoted(word) + " is neither address, network nor name; ignored",
                           "write 192.0.2.0/24, 2001:db8::/32, mx.example.org or .example.org");
    const auto [found, fresh] = names_.emplace(name, negated);
    if (!fresh && negated) found->second = true; // '!' is asked for first
}

/// Is everybody on some side taken in?
void HostList::check_open(const std::string& name, OpenHosts open, Report& report) const {
    if (open == OpenHosts::Allowed) return;
    for (const char* everybody : {"0.0.0.0/0", "::/0"}) {
        bool taken = false;
        if (patterns_) {
            taken =
                probe(everybody).value_or(false) ||
                probe("[" + std::string(everybody).substr(0, std::string(everybody).size() - 2) +
                      "]/0")
                    .value_or(false);
        } else {
            const auto& levels = everybody[0] == '0' ? v4_ : v6_;
            taken = !levels.empty() && levels.back().prefix == 0 &&
                    !levels.back().networks.begin()->second.negated;
        }
        if (taken)
            report.problem({name, 0}, std::string(everybody) + " means everybody who connects",
                           "name your own networks, or allow it with the option for that if other "
                           "means keep strangers out");
    }
    for (const auto* levels : {&v4_, &v6_})
        for (const Level& level : *levels) {
            if (level.prefix == 0 || level.prefix >= (levels == &v4_ ? 8 : 16)) continue;
            for (const auto& [address, entry] : level.networks)
                if (!entry.negated)
                    report.warn({name, 0},
                                Network(address, level.prefix).text() +
                                    " is a large part of the internet",
                                "name your own networks");
        }
}

bool HostList::contains(std::string_view name, const std::optional<IpAddress>& address) const {
    return contains_name(name) || (address && contains_address(*address));
}

bool HostList::contains_name(std::string_view name) const {
    constexpr std::size_t kMaxName = 255;
    if (name.empty() || name.size() > kMaxName || name.front() == '[' || iequals(name, "unknown"))
        return false;
    if (names_.empty() && !patterns_) return false;
    for (std::size_t at = 0; at != std::string_view::npos; at = name.find('.', at + 1))
        if (const auto hit = probe(name.substr(at))) return *hit;
    return false;
}

/// One question of OpenDKIM's lookup: "!text" first, then text; nothing when neither is there.
std::optional<bool> HostList::probe(std::string_view text) const {
    if (patterns_) {
        if (patterns_->first("!" + std::string(text)) != PatternList::npos) return false;
        if (patterns_->first(text) != PatternList::npos) return true;
        return std::nullopt;
    }
    const auto found = names_.find(std::string(text));
    if (found == names_.end()) return std::nullopt;
    return !found->second;
}

bool HostList::contains_address(const IpAddress& address) const {
    if (patterns_) return walk_address(address);
    for (const Level& level : address.is_v4() ? v4_ : v6_) {
        const IpAddress network = Network(address, level.prefix).masked().address();
        if (const auto found = level.networks.find(network); found != level.networks.end())
            return !found->second.negated;
    }
    return false;
}

/// A refile knows no networks, only their spellings, so each is asked for as OpenDKIM asks.
bool HostList::walk_address(const IpAddress& address) const {
    const std::string text = address.text();
    for (const std::string& spelling : {text, "[" + text + "]"})
        if (const auto hit = probe(spelling)) return *hit;
    for (int prefix = address.bits(); prefix >= 0; --prefix) {
        const std::string network = Network(address, prefix).masked().address().text();
        const std::string length = "/" + std::to_string(prefix);
        for (const std::string& spelling : {network + length, "[" + network + "]" + length})
            if (const auto hit = probe(spelling)) return *hit;
    }
    return false;
}

} // namespace postern::tables
