// Typed access to one section of Settings. A value that cannot be read becomes a problem which says
// what would be right; the caller gets the default (or nothing) and goes on, so that one run finds
// every problem. Asking for an option that is not in the table, or by another kind than the table
// says, is our own bug (BugError).
#pragma once

#include "common/base/ip.hpp"
#include "common/config/settings.hpp"

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::config {

/// Both ends included.
struct Bounds {
    std::uint64_t min = 0;
    std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};
struct DurationBounds {
    std::chrono::seconds min{0};
    std::chrono::seconds max{std::chrono::hours(24 * 366 * 100)};
};

class Reader {
public:
    /// Both must outlive the reader.
    Reader(const Settings& settings, std::string_view section, Problems& problems);

    /// Any kind, as written; empty when not set.
    [[nodiscard]] std::string text(std::string_view option) const;
    [[nodiscard]] bool flag(std::string_view option);
    /// An option without default that is not set, or set empty, gives 0 (see is_set).
    template <std::unsigned_integral T = std::uint64_t>
    [[nodiscard]] T number(std::string_view option, Bounds bounds = {}) {
        bounds.max =
            std::min<std::uint64_t>(bounds.max, std::uint64_t{std::numeric_limits<T>::max()});
        return static_cast<T>(whole_number(option, bounds));
    }
    [[nodiscard]] std::chrono::seconds duration(std::string_view option,
                                                DurationBounds bounds = {});
    /// Octets.
    [[nodiscard]] std::uint64_t size(std::string_view option, Bounds bounds = {});
    /// The names must be those of the table's `choices`, in its order.
    template <class E>
    [[nodiscard]] E choice(std::string_view option,
                           std::initializer_list<std::pair<std::string_view, E>> choices) {
        std::vector<std::string_view> names;
        for (const auto& [name, value] : choices)
            names.push_back(name);
        return (choices.begin() + chosen(option, names))->second;
    }
    /// The words of every value.
    [[nodiscard]] std::vector<std::string> list(std::string_view option) const;
    /// The words of every value, each with where it stands.
    [[nodiscard]] std::vector<Value> words(std::string_view option) const;
    /// A relative path in the file counts from the file's directory, one of the command line from
    /// the working directory. Empty when not set.
    [[nodiscard]] std::string path(std::string_view option) const;
    /// Permission bits.
    [[nodiscard]] mode_t mode(std::string_view option);
    /// Addresses and networks of every value; host bits set are a problem.
    [[nodiscard]] std::vector<Network> networks(std::string_view option);

    /// Every value of an option that may stand many times.
    [[nodiscard]] std::vector<Value> values(std::string_view option) const;
    /// Has it a value that is not empty, given or by default?
    [[nodiscard]] bool is_set(std::string_view option) const;
    /// Was it written, in the file or on the command line?
    [[nodiscard]] bool given(std::string_view option) const;
    /// Where its (first) value stands.
    [[nodiscard]] Origin origin(std::string_view option) const;

    /// The caller's own findings, at the place of the option's value, or of one of its values.
    void problem(std::string_view option, std::string what, std::string remedy = {});
    void problem(std::string_view option, const Value& value, std::string what,
                 std::string remedy = {});

private:
    const Option& expect(std::string_view option, Kind kind) const;
    std::uint64_t whole_number(std::string_view option, Bounds bounds);
    std::size_t chosen(std::string_view option, std::span<const std::string_view> names);
    template <class T, class Parse> T once(std::string_view option, Kind kind, Parse parse);

    const Settings& settings_;
    std::string section_;
    Problems& problems_;
};

} // namespace postern::config
