#include "common/config/reader.hpp"

#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/config/scalar.hpp"

#include <algorithm>
#include <span>

namespace postern::config {
namespace {

/// "from 1 to 100", "of at least 1", "up to 100"; empty without bounds. `show` writes a value.
template <class T, class Show>
std::string range_text(T value_min, T value_max, T least, T most, Show show) {
    const bool low = value_min > least;
    const bool high = value_max < most;
    if (low && high) return " from " + show(value_min) + " to " + show(value_max);
    if (low) return " of at least " + show(value_min);
    if (high) return " up to " + show(value_max);
    return {};
}

std::string number_text(std::uint64_t number) { return std::to_string(number); }

/// As one would write it: the largest unit that divides it.
std::string size_text(std::uint64_t size) {
    struct Unit {
        std::uint64_t octets;
        const char* letter;
    };
    for (const Unit unit : {Unit{std::uint64_t{1} << 30, "G"}, Unit{std::uint64_t{1} << 20, "M"},
                            Unit{std::uint64_t{1} << 10, "k"}})
        if (size >= unit.octets && size % unit.octets == 0)
            return std::to_string(size / unit.octets) + unit.letter;
    return std::to_string(size);
}

std::string duration_text(std::chrono::seconds duration) {
    struct Unit {
        std::int64_t seconds;
        const char* letter;
    };
    const std::int64_t seconds = duration.count();
    for (const Unit unit : {Unit{86400, "d"}, Unit{3600, "h"}, Unit{60, "m"}})
        if (seconds >= unit.seconds && seconds % unit.seconds == 0)
            return std::to_string(seconds / unit.seconds) + unit.letter;
    return std::to_string(seconds) + "s";
}

} // namespace

Reader::Reader(const Settings& settings, std::string_view section, Problems& problems)
    : settings_(settings), section_(section), problems_(problems) {}

const Option& Reader::expect(std::string_view option, Kind kind) const {
    const Option& row = settings_.option(section_, option);
    invariant(row.kind == kind, "an option is read by another kind than its table says");
    return row;
}

/// The value, or else the default, by `parse`: text -> Result<T>. What is set empty and has no
/// default is T{}.
template <class T, class Parse> T Reader::once(std::string_view option, Kind kind, Parse parse) {
    const Option& row = expect(option, kind);
    const Value value = settings_.value(section_, option);
    if (!value.text.empty() || !row.default_value.empty()) {
        const auto parsed = parse(std::string_view(value.text));
        if (parsed) return *parsed;
        const bool is_default = value.origin == Origin{};
        invariant(!is_default, "a default in the option table is not of its kind");
        problem(option, value,
                value.text.empty() ? "no value" : in_quotes(value.text) + " is not right",
                parsed.error().message);
    }
    if (row.default_value.empty()) return T{};
    const auto fallback = parse(row.default_value);
    invariant(fallback.has_value(), "a default in the option table is not of its kind");
    return *fallback;
}

std::string Reader::text(std::string_view option) const {
    return settings_.value(section_, option).text;
}

bool Reader::flag(std::string_view option) { return once<bool>(option, Kind::Flag, parse_flag); }

std::uint64_t Reader::whole_number(std::string_view option, Bounds bounds) {
    return once<std::uint64_t>(
        option, Kind::Number, [&](std::string_view text) -> Result<std::uint64_t> {
            auto number = parse_whole_number(text);
            if (number && *number >= bounds.min && *number <= bounds.max) return number;
            return fail("write a whole number" + range_text(bounds.min, bounds.max, Bounds{}.min,
                                                            Bounds{}.max, number_text));
        });
}

std::chrono::seconds Reader::duration(std::string_view option, DurationBounds bounds) {
    using Seconds = std::chrono::seconds;
    return once<Seconds>(option, Kind::Duration, [&](std::string_view text) -> Result<Seconds> {
        auto duration = parse_duration(text);
        if (!duration) return duration;
        if (*duration >= bounds.min && *duration <= bounds.max) return duration;
        return fail("write a time" + range_text(bounds.min, bounds.max, DurationBounds{}.min,
                                                DurationBounds{}.max, duration_text));
    });
}

std::uint64_t Reader::size(std::string_view option, Bounds bounds) {
    return once<std::uint64_t>(
        option, Kind::Size, [&](std::string_view text) -> Result<std::uint64_t> {
            auto size = parse_size(text);
            if (!size) return size;
            if (*size >= bounds.min && *size <= bounds.max) return size;
            return fail("write a size" +
                        range_text(bounds.min, bounds.max, Bounds{}.min, Bounds{}.max, size_text));
        });
}

std::size_t Reader::chosen(std::string_view option, std::span<const std::string_view> names) {
    const Option& row = expect(option, Kind::Choice);
    const auto listed = split(row.choices, '|');
    invariant(std::equal(names.begin(), names.end(), listed.begin(), listed.end()),
              "the choices of an option are not those of its table");
    return once<std::size_t>(
        option, Kind::Choice, [&](std::string_view text) -> Result<std::size_t> {
            for (std::size_t i = 0; i < names.size(); ++i)
                if (iequals(text, names[i])) return i;
            const std::string near = did_you_mean(text, names);
            std::string right = near.empty() ? "write one of" : near + " It is one of";
            for (std::size_t i = 0; i < names.size(); ++i)
                ((right += i == 0 ? " " : i + 1 == names.size() ? " or " : ", ") += names[i]);
            return fail(std::move(right));
        });
}

std::vector<Value> Reader::words(std::string_view option) const {
    expect(option, Kind::List);
    std::vector<Value> words;
    for (const Value& value : values(option))
        for (const std::string_view word : split_list(value.text))
            words.push_back({.text = std::string(word), .origin = value.origin});
    return words;
}

std::vector<std::string> Reader::list(std::string_view option) const {
    std::vector<std::string> list;
    for (Value& word : words(option))
        list.push_back(std::move(word.text));
    return list;
}

std::string Reader::path(std::string_view option) const {
    expect(option, Kind::Path);
    const Value value = settings_.value(section_, option);
    const bool of_a_file = value.origin.line > 0;
    const auto slash = value.origin.file.rfind('/');
    if (value.text.empty() || value.text.front() == '/' || !of_a_file || slash == std::string::npos)
        return value.text;
    return value.origin.file.substr(0, slash + 1) + value.text;
}

mode_t Reader::mode(std::string_view option) {
    return once<mode_t>(option, Kind::Mode, parse_mode);
}

std::vector<Network> Reader::networks(std::string_view option) {
    std::vector<Network> networks;
    for (const Value& word : words(option)) {
        const auto network = Network::parse(word.text);
        if (!network) {
            problem(option, word, in_quotes(word.text) + " is no address or network",
                    "write 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32");
        } else if (network->host_bits_set()) {
            problem(option, word, in_quotes(word.text) + " has bits set beyond its prefix",
                    "write " + network->masked().text() + " for the network, or " +
                        network->address().text() + " for the one address");
        } else {
            networks.push_back(*network);
        }
    }
    return networks;
}

std::vector<Value> Reader::values(std::string_view option) const {
    return settings_.values(section_, option);
}

bool Reader::is_set(std::string_view option) const { return !values(option).empty(); }

bool Reader::given(std::string_view option) const { return settings_.given(section_, option); }

Origin Reader::origin(std::string_view option) const {
    return settings_.value(section_, option).origin;
}

void Reader::problem(std::string_view option, std::string what, std::string remedy) {
    problem(option, settings_.value(section_, option), std::move(what), std::move(remedy));
}

void Reader::problem(std::string_view option, const Value& value, std::string what,
                     std::string remedy) {
    problems_.push_back({.origin = value.origin,
                         .option = "[" + section_ + "] " + std::string(option),
                         .what = std::move(what),
                         .remedy = std::move(remedy)});
}

} // namespace postern::config
