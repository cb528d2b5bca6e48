// The patterns of a refile: in their order, matched as OpenDKIM matches them, but fast for the
// shapes people write.
//
// A pattern becomes an anchored POSIX extended regular expression in which only '*', '.' and '+'
// were translated (to ".*", "\." and "\+"); every other character acts as the expression language
// says. Patterns of the shapes `user@domain`, `*@domain`, `*@*.domain` and `*` are answered from
// hash tables instead, with the same result: the order of rows decides, not their shape.
#pragma once

#include "common/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tables {

enum class LetterCase : std::uint8_t { Matters, Ignored };

class PatternList {
public:
    explicit PatternList(LetterCase letters);
    PatternList(PatternList&&) noexcept;
    PatternList& operator=(PatternList&&) noexcept;
    ~PatternList();

    /// The next pattern; its number is the count of those before. Errors: no valid expression, or
    /// one that could cost too much (back references, deep nesting, large repetition counts).
    Result<void> add(std::string_view pattern);

    /// Number of the first pattern that matches the whole text, or npos. Thread-safe.
    [[nodiscard]] std::size_t first(std::string_view text) const;
    /// Numbers of all patterns that match, ascending.
    [[nodiscard]] std::vector<std::size_t> all(std::string_view text) const;
    [[nodiscard]] std::size_t size() const noexcept;
    /// How many patterns are walked one by one, each an execution of its expression.
    [[nodiscard]] std::size_t walked() const noexcept;

    /// The expression a pattern becomes.
    static std::string expression(std::string_view pattern);
    /// The first character of the pattern that acts in the expression and that its author may
    /// have meant as itself, or 0.
    static char metacharacter(std::string_view pattern) noexcept;

    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    static constexpr std::size_t kMaxText = 1024; ///< longer texts match nothing

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace postern::tables
