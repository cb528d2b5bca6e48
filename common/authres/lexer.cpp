#include "common/authres/lexer.hpp"

#include "common/authres/value_text.hpp"

namespace postern::authres {
namespace {

bool is_bare(char c) noexcept {
    return c > ' ' && c < '\x7f' && c != ';' && c != '(' && c != ')' && c != '"';
}

} // namespace

bool Lexer::skip_cfws() noexcept {
    std::size_t depth = 0;
    for (; !at_end(); ++at_) {
        const char c = text_[at_];
        if (c == '(')
            ++depth;
        else if (depth == 0 && !is_space(c))
            return true;
        else if (c == ')')
            --depth; // not at depth 0: returned above
        else if (depth > 0 && c == '\\' && at_ + 1 < text_.size())
            ++at_;
    }
    return depth == 0;
}

bool Lexer::take(char c) noexcept {
    if (!sees(c)) return false;
    ++at_;
    return true;
}

std::string_view Lexer::keyword() noexcept { return take_while(is_keyword_char); }

std::string_view Lexer::dotted() noexcept {
    return take_while([](char c) { return is_keyword_char(c) || c == '.'; });
}

std::string_view Lexer::digits() noexcept { return take_while(is_digit); }

std::string_view Lexer::bare_value() noexcept { return take_while(is_bare); }

std::string_view Lexer::bare_identifier() noexcept {
    return take_while([](char c) { return is_bare(c) && c != '='; });
}

std::optional<std::string> Lexer::quoted() {
    std::string content;
    for (++at_; !at_end(); ++at_) {
        char c = text_[at_];
        if (c == '"') {
            ++at_;
            return clean(content);
        }
        if (c == '\\') {
            if (++at_ == text_.size()) break;
            c = text_[at_];
        }
        content.push_back(c == '\t' ? ' ' : c);
    }
    return std::nullopt;
}

} // namespace postern::authres
