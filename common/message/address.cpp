#include "common/message/address.hpp"

#include "common/base/text.hpp"

#include <cstdint>

namespace postern::message {

namespace {

/// atext of RFC 5322 3.2.3, and everything above ASCII (RFC 6532 3.2).
bool is_atext(char c) noexcept {
    constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
    return is_alpha(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
           kMarks.find(c) != std::string_view::npos;
}

/// What may be quoted by a backslash or stand between quotes or parentheses: no control character
/// (the obsolete forms allow them; readers disagree about them, so nothing we vouch for has them).
bool is_text(char c) noexcept {
    const auto octet = static_cast<unsigned char>(c);
    return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
}

constexpr const char* kTwoAddresses = "two addresses in one mailbox";

/// Reads one address field. Functions give false when they fail; why_ then has the reason.
class FieldParser {
public:
    explicit FieldParser(std::string_view text) noexcept : text_(text) {}

    Result<std::vector<Mailbox>> mailboxes() {
        if (!read_list()) return fail(why_);
        if (found_.empty()) return fail("no address");
        return std::move(found_);
    }

private:
    /// address *("," address)
    bool read_list() {
        while (true) {
            if (!read_address()) return false;
            if (at_end()) return !in_group_ || wrong("a group without its \";\"");
            if (peek() == ';') {
                if (!close_group()) return false;
                if (at_end()) return true;
            }
            if (peek() != ',') return wrong("text after a group");
            ++at_;
        }
    }

    /// One mailbox, or the opening of a group with its first mailbox. Stops at "," ";" or the end.
    bool read_address() {
        Words words;
        if (!read_words(words)) return false;
        if (at_end()) return wrong(words.empty() ? "an empty address" : "no @ in the address");
        switch (peek()) {
        case '<':
            ++at_;
            if (!read_angle()) return false;
            break;
        case '@':
            ++at_;
            if (!read_domain_behind(words)) return false;
            break;
        case ':':
            if (in_group_) return wrong("a group in a group");
            if (words.empty()) return wrong("a group without name");
            ++at_;
            in_group_ = true;
            return read_group_start();
        case ',':
        case ';':
            return wrong(words.empty() ? "an empty address" : "no @ in the address");
        default:
            return unexpected();
        }
        return read_mailbox_end();
    }

    /// Behind the ":" of a group: it may be empty.
    bool read_group_start() {
        if (!skip_cfws()) return false;
        if (!at_end() && peek() == ';') return true;
        return read_address();
    }

    bool close_group() {
        if (!in_group_) return wrong("a \";\" outside of a group");
        in_group_ = false;
        ++at_;
        return skip_cfws();
    }

    bool read_mailbox_end() {
        if (!skip_cfws()) return false;
        if (at_end() || peek() == ',' || peek() == ';') return true;
        const bool another = text_.find_first_of("@<", at_) != std::string_view::npos;
        return wrong(another ? kTwoAddresses : "text after the address");
    }

    /// Words and dots in front of "<", "@", ":": a phrase, or a local part.
    struct Words {
        std::string local_part;
        std::size_t words = 0;
        bool after_dot = false, after_word = false;
        bool is_local_part = true; ///< word *("." word) so far
        [[nodiscard]] bool empty() const noexcept { return words == 0; }
    };

    bool read_words(Words& words) {
        while (true) {
            if (!skip_cfws()) return false;
            if (at_end()) return true;
            if (peek() == '.') {
                if (words.empty()) return wrong("a dot in front");
                if (!words.after_word) words.is_local_part = false;
                words.local_part.push_back('.');
                words.after_dot = true;
                words.after_word = false;
                ++at_;
            } else if (peek() == '"' || is_atext(peek())) {
                if (words.after_word) words.is_local_part = false;
                if (!read_word(words.local_part)) return false;
                ++words.words;
                words.after_dot = false;
                words.after_word = true;
            } else {
                return true;
            }
        }
    }

    bool read_word(std::string& out) {
        if (peek() == '"') return read_quoted(out);
        read_atom(out);
        return true;
    }

    void read_atom(std::string& out) {
        const std::size_t start = at_;
        while (!at_end() && is_atext(peek()))
            ++at_;
        out.append(text_, start, at_ - start);
    }

    bool read_quoted(std::string& out) {
        ++at_;
        while (true) {
            if (at_end()) return wrong("a quote that does not end");
            char c = peek();
            if (c == '"') break;
            if (c == '\r') {
                if (!skip_fold()) return false;
                continue;
            }
            if (c == '\\') {
                ++at_;
                if (at_end()) return wrong("a quote that does not end");
                c = peek();
            }
            if (!is_text(c)) return control();
            out.push_back(c);
            ++at_;
        }
        ++at_;
        return true;
    }

    /// [route] addr-spec ">", behind the "<".
    bool read_angle() {
        if (!skip_cfws()) return false;
        if (!at_end() && peek() == '@' && !skip_route()) return false;
        Words words;
        if (!read_words(words)) return false;
        if (at_end()) return wrong("a \"<\" without its \">\"");
        if (peek() == '>') return wrong(words.empty() ? "an empty address" : "no @ in the address");
        if (peek() != '@') return unexpected();
        ++at_;
        if (!read_domain_behind(words) || !skip_cfws()) return false;
        if (at_end()) return wrong("a \"<\" without its \">\"");
        if (peek() == '@' || peek() == '<') return wrong(kTwoAddresses);
        if (peek() != '>') return unexpected();
        ++at_;
        return true;
    }

    /// "@" domain *("," "@" domain) ":" (RFC 5322 4.4)
    bool skip_route() {
        while (true) {
            if (!skip_cfws()) return false;
            if (at_end() || peek() != '@') return wrong("a broken source route");
            ++at_;
            std::string domain;
            if (!read_domain(domain) || !skip_cfws()) return false;
            if (at_end()) return wrong("a broken source route");
            const char c = peek();
            if (c != ',' && c != ':') return wrong("a broken source route");
            ++at_;
            if (c == ':') return true;
        }
    }

    /// The domain behind "@", and with the words in front of it the mailbox.
    bool read_domain_behind(Words& words) {
        if (words.empty()) return wrong("no local part");
        if (!words.is_local_part || words.after_dot)
            return wrong("what stands before the @ is no local part");
        if (words.local_part.empty()) return wrong("no local part");
        Mailbox mailbox{.local_part = std::move(words.local_part), .domain = {}};
        if (!read_domain(mailbox.domain)) return false;
        if (!is_utf8(mailbox.local_part) || !is_utf8(mailbox.domain))
            return wrong("an address that is not UTF-8");
        if (found_.size() == kMaxMailboxes) return wrong("too many addresses");
        found_.push_back(std::move(mailbox));
        return true;
    }

    bool read_domain(std::string& out) {
        if (!skip_cfws()) return false;
        if (!at_end() && peek() == '[') return read_literal(out);
        while (true) {
            if (at_end() || !is_atext(peek()))
                return out.empty() ? wrong("no domain") : wrong("a domain that ends in a dot");
            read_atom(out);
            const std::size_t behind = at_;
            if (!skip_cfws()) return false;
            if (at_end() || peek() != '.') {
                at_ = behind;
                return true;
            }
            out.push_back('.');
            ++at_;
            if (!skip_cfws()) return false;
        }
    }

    bool read_literal(std::string& out) {
        out.push_back('[');
        ++at_;
        while (true) {
            if (!skip_white_space()) return false;
            if (at_end() || peek() == '[' || peek() == '\\')
                return wrong("a broken domain literal");
            const char c = peek();
            if (!is_text(c)) return control();
            out.push_back(c);
            ++at_;
            if (c == ']') return true;
        }
    }

    bool skip_white_space() {
        while (!at_end() && is_space(peek())) {
            if (is_wsp(peek()))
                ++at_;
            else if (!skip_fold())
                return false;
        }
        return true;
    }

    /// White space, folds and comments (RFC 5322 3.2.2).
    bool skip_cfws() {
        while (true) {
            if (!skip_white_space()) return false;
            if (at_end() || peek() != '(') return true;
            if (!skip_comment()) return false;
        }
    }

    bool skip_comment() {
        std::size_t depth = 0;
        do {
            if (at_end()) return wrong("a comment that does not end");
            char c = peek();
            if (c == '\r') {
                if (!skip_fold()) return false;
                continue;
            }
            if (c == '\\') {
                ++at_;
                if (at_end()) return wrong("a comment that does not end");
                c = peek();
            } else if (c == '(') {
                if (++depth > kMaxCommentDepth) return wrong("comments too deep");
            } else if (c == ')') {
                --depth;
            }
            if (!is_text(c)) return control();
            ++at_;
        } while (depth > 0);
        return true;
    }

    /// CRLF in front of white space.
    bool skip_fold() {
        if (text_.substr(at_, 2) != "\r\n" || at_ + 2 >= text_.size() || !is_wsp(text_[at_ + 2]))
            return wrong("a line end that folds nothing");
        at_ += 2;
        return true;
    }

    [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
    [[nodiscard]] char peek() const noexcept { return text_[at_]; }
    bool wrong(std::string why) {
        why_ = std::move(why);
        return false;
    }
    bool control() { return wrong("a control character"); }
    bool unexpected() {
        if (!is_text(peek())) return control();
        return wrong(std::string("a \"") + peek() + "\" where it must not be");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool in_group_ = false;
    std::vector<Mailbox> found_;
    std::string why_;
};

} // namespace

Result<std::vector<Mailbox>> parse_from(std::string_view value) {
    if (value.size() > kMaxAddressOctets) return fail("too long");
    if (value.find('\0') != std::string_view::npos) return fail("a NUL");
    return FieldParser(value).mailboxes();
}

} // namespace postern::message
