// The words of an Authentication-Results value: white space and comments skipped, words, quoted
// strings, and what people leave unquoted. Takes each octet once; comments in comments are
// counted, not called.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::authres {

/// Views it gives are into the text it was given.
class Lexer {
public:
    explicit Lexer(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
    /// Is `c` next? Not at the end.
    [[nodiscard]] bool sees(char c) const noexcept { return !at_end() && text_[at_] == c; }
    /// The next octet; not at the end.
    [[nodiscard]] char peek() const noexcept { return text_[at_]; }
    [[nodiscard]] std::size_t position() const noexcept { return at_; }
    void go_back(std::size_t position) noexcept { at_ = position; }

    /// Skips white space, folds and comments; false: a comment does not end.
    bool skip_cfws() noexcept;
    /// Takes `c` if it is next.
    bool take(char c) noexcept;
    /// Letters, digits, "-" and "_"; empty if none is next.
    std::string_view keyword() noexcept;
    /// The same and "."; empty if none is next.
    std::string_view dotted() noexcept;
    std::string_view digits() noexcept;
    /// Anything up to white space, ";", quotes, parentheses, control characters and what is not
    /// ASCII.
    std::string_view bare_value() noexcept;
    /// bare_value() that ends at "=" too.
    std::string_view bare_identifier() noexcept;
    /// A quoted string that begins here, clean and without quotes and escapes, tabs as spaces;
    /// nothing: it does not end.
    std::optional<std::string> quoted();

private:
    template <class Belongs> std::string_view take_while(Belongs belongs) noexcept {
        const std::size_t start = at_;
        while (!at_end() && belongs(text_[at_]))
            ++at_;
        return text_.substr(start, at_ - start);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace postern::authres
