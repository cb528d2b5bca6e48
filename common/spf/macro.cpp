#include "common/spf/macro.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace postern::spf {

namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;
constexpr std::string_view kLetters = "slodiphv";
constexpr std::string_view kExplanationLetters = "crt";
constexpr std::string_view kDelimiters = ".-+,/_=";
constexpr std::string_view kHex = "0123456789ABCDEF";
/// Literals that a text does not hold as they are: what they stand for.
constexpr char kPercent = '%';
constexpr char kSpace = '_';
constexpr char kUrlSpace = '-';

constexpr bool is_alphanumeric(char c) noexcept { return is_alpha(c) || is_digit(c); }

/// RFC 7208 7.1.
bool is_top_label(std::string_view label) noexcept {
    if (label.empty() || !is_alphanumeric(label.front()) || !is_alphanumeric(label.back()))
        return false;
    bool more_than_digits = false;
    for (const char c : label) {
        if (!is_alphanumeric(c) && c != '-') return false;
        more_than_digits = more_than_digits || !is_digit(c);
    }
    return more_than_digits;
}

/// domain-end where the last piece is a literal.
bool ends_in_top_label(std::string_view literal) noexcept {
    if (!literal.empty() && literal.back() == '.') literal.remove_suffix(1);
    const std::size_t dot = literal.rfind('.');
    return dot != std::string_view::npos && is_top_label(literal.substr(dot + 1));
}

/// 2001:db8::1 as "2.0.0.1.0.D.B.8 ... 0.1" (RFC 7208 7.3), 192.0.2.1 as itself.
std::string dotted(const IpAddress& address) {
    if (address.is_v4()) return address.text();
    std::string out;
    for (const std::uint8_t octet : address.octets()) {
        if (!out.empty()) out += '.';
        out += kHex[octet >> 4U];
        out += '.';
        out += kHex[octet & 15U];
    }
    return out;
}

/// `made` holds what is not there as it is.
std::string_view value_of(char letter, const MacroValues& values, std::string& made) {
    switch (letter) {
    case 's':
        return values.sender;
    case 'l':
        return values.local;
    case 'o':
        return values.sender_domain;
    case 'd':
        return values.domain;
    case 'i':
        return made = dotted(values.client);
    case 'p':
        return values.validated;
    case 'v':
        return values.client.is_v4() ? "in-addr" : "ip6";
    case 'h':
        return values.helo;
    case 'c':
        return made = values.client.text();
    case 'r':
        return values.receiver.empty() ? std::string_view("unknown") : values.receiver;
    default: // 't': parse() lets no other through
        return made = std::to_string(values.time);
    }
}

/// The delimiters of a piece, each once however often a record repeats them.
std::string delimiters_of(const MacroPiece& piece) {
    std::string out;
    for (std::size_t i = 0; i < kDelimiters.size(); ++i)
        if ((piece.delimiters >> i & 1U) != 0) out += kDelimiters[i];
    return out.empty() ? "." : out;
}

/// The right-hand `count` of the parts between delimiters, joined by dots; with `reverse` their
/// order is turned first. Takes no more time than what it gives back has octets, and `value` once.
std::string transform(std::string_view value, std::string_view delimiters, bool reverse,
                      unsigned count) {
    const std::size_t wanted = count == 0 ? std::numeric_limits<std::size_t>::max() : count;
    std::string out;
    if (reverse) {
        // The last parts of the reversed list are the first of the text.
        std::size_t end = 0;
        for (std::size_t taken = 1;; ++taken) {
            end = std::min(value.find_first_of(delimiters, end), value.size());
            if (end == value.size() || taken == wanted) break;
            ++end;
        }
        std::string_view rest = value.substr(0, end);
        while (true) {
            const std::size_t at = rest.find_last_of(delimiters);
            if (at == std::string_view::npos) break;
            out += rest.substr(at + 1);
            out += '.';
            rest = rest.substr(0, at);
        }
        out += rest;
        return out;
    }
    std::size_t begin = value.size();
    for (std::size_t taken = 1; begin > 0; ++taken) {
        const std::size_t at = value.find_last_of(delimiters, begin - 1);
        if (at == std::string_view::npos) {
            begin = 0;
        } else if (taken == wanted) {
            begin = at + 1;
            break;
        } else {
            begin = at;
        }
    }
    out = value.substr(begin);
    for (char& c : out)
        if (delimiters.find(c) != std::string_view::npos) c = '.';
    return out;
}

/// RFC 3986 2.3: all but unreserved octets.
std::string url_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[octet >> 4U];
        out += kHex[octet & 15U];
    }
    return out;
}

/// Walks over a macro string, one piece at a time.
class Reader {
public:
    Reader(std::string_view text, MacroUse use) noexcept : text_(text), use_(use) {}

    [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }

    Result<MacroPiece> piece() {
        if (text_[at_] != '%') return literal();
        if (at_ + 1 < text_.size()) {
            const char next = text_[at_ + 1];
            if (next == kPercent || next == kSpace || next == kUrlSpace) {
                at_ += 2;
                return MacroPiece{.letter = next};
            }
            if (next == '{') {
                at_ += 2;
                return macro();
            }
        }
        return fail("\"%\" without \"{\", \"%\", \"_\" or \"-\" behind it");
    }

private:
    Result<MacroPiece> literal() {
        MacroPiece piece{.begin = at_};
        for (; !at_end() && text_[at_] != '%'; ++at_) {
            const auto octet = static_cast<unsigned char>(text_[at_]);
            const unsigned char lowest = use_ == MacroUse::Explanation ? 0x20 : 0x21;
            if (octet < lowest || octet > 0x7e) return fail("an octet that is no visible ASCII");
        }
        piece.end = at_;
        return piece;
    }
    /// Behind "%{".
    Result<MacroPiece> macro() {
        MacroPiece piece;
        if (at_end()) return fail("a macro that does not end");
        piece.letter = ascii_lower(text_[at_]);
        piece.url_escape = piece.letter != text_[at_];
        if (kLetters.find(piece.letter) == std::string_view::npos) {
            if (kExplanationLetters.find(piece.letter) == std::string_view::npos)
                return fail("a macro letter that RFC 7208 does not have");
            if (use_ == MacroUse::DomainSpec)
                return fail("%{c}, %{r} and %{t} are for explanations only");
        }
        ++at_;
        if (auto ok = digits(piece); !ok) return tl::unexpected(ok.error());
        if (!at_end() && ascii_lower(text_[at_]) == 'r') {
            piece.reverse = true;
            ++at_;
        }
        for (; !at_end(); ++at_) {
            const std::size_t delimiter = kDelimiters.find(text_[at_]);
            if (delimiter == std::string_view::npos) break;
            piece.delimiters = static_cast<std::uint8_t>(piece.delimiters | 1U << delimiter);
        }
        if (at_end() || text_[at_] != '}') return fail("a macro that does not end in \"}\"");
        ++at_;
        return piece;
    }
    Result<void> digits(MacroPiece& piece) {
        constexpr unsigned kMany = 1'000'000; // more parts than any value has
        const std::size_t begin = at_;
        for (; !at_end() && is_digit(text_[at_]); ++at_)
            piece.parts =
                std::min(kMany, piece.parts * 10 + static_cast<unsigned>(text_[at_] - '0'));
        if (at_ != begin && piece.parts == 0) return fail("a macro with zero parts");
        return {};
    }

    std::string_view text_;
    MacroUse use_;
    std::size_t at_ = 0;
};

/// Literals of their own are told from macros by letters no macro has.
constexpr bool is_macro(const MacroPiece& piece) noexcept { return is_alpha(piece.letter); }

} // namespace

Result<MacroString> MacroString::parse(std::string_view text, MacroUse use) {
    MacroString out;
    Reader reader(text, use);
    while (!reader.at_end()) {
        auto piece = reader.piece();
        if (!piece) return tl::unexpected(piece.error());
        out.pieces_.push_back(*piece);
    }
    if (use == MacroUse::DomainSpec) {
        if (out.pieces_.empty()) return fail("an empty domain");
        const MacroPiece& last = out.pieces_.back();
        if (last.letter == 0 && !ends_in_top_label(text.substr(last.begin, last.end - last.begin)))
            return fail("a domain that ends neither in a macro nor in a top-level label");
    }
    out.text_ = text;
    return out;
}

bool MacroString::uses(std::string_view letters) const noexcept {
    return std::any_of(pieces_.begin(), pieces_.end(), [&](const MacroPiece& piece) {
        return is_macro(piece) && letters.find(piece.letter) != std::string_view::npos;
    });
}

std::string MacroString::expand(const MacroPiece& piece, const MacroValues& values) const {
    if (piece.letter == 0) return text_.substr(piece.begin, piece.end - piece.begin);
    if (piece.letter == kPercent) return "%";
    if (piece.letter == kSpace) return " ";
    if (piece.letter == kUrlSpace) return "%20";
    std::string made;
    std::string_view value = value_of(piece.letter, values, made);
    std::string parts;
    if (piece.reverse || piece.parts != 0 || piece.delimiters != 0)
        value = parts = transform(value, delimiters_of(piece), piece.reverse, piece.parts);
    return piece.url_escape ? url_escaped(value) : std::string(value);
}

std::string MacroString::expand_domain(const MacroValues& values) const {
    // From the right, and no more than decides: 253 octets, the dot that may close the name, and
    // the one octet that tells whether a label begins just there.
    constexpr std::size_t kEnough = kMaxName + 2;
    std::vector<std::string> tail;
    std::size_t size = 0;
    for (auto piece = pieces_.rbegin(); piece != pieces_.rend() && size < kEnough; ++piece) {
        tail.push_back(expand(*piece, values));
        size += tail.back().size();
    }
    std::string name;
    name.reserve(size);
    std::for_each(tail.rbegin(), tail.rend(), [&](const std::string& part) { name += part; });
    if (!name.empty() && name.back() == '.') name.pop_back();
    if (name.size() > kMaxName) {
        const std::size_t dot = name.find('.', name.size() - kMaxName - 1);
        if (dot == std::string::npos) return {};
        name.erase(0, dot + 1);
    }
    return name;
}

std::string MacroString::expand_text(const MacroValues& values) const {
    std::string out;
    for (const MacroPiece& piece : pieces_) {
        out += expand(piece, values);
        if (out.size() >= kMaxExplanation) {
            out.resize(kMaxExplanation);
            break;
        }
    }
    return out;
}

bool is_domain_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > kMaxName) return false;
    std::size_t label = 0;
    for (const char c : name) {
        if (c != '.') {
            if (++label > kMaxLabel) return false;
        } else if (label == 0) {
            return false;
        } else {
            label = 0;
        }
    }
    return label != 0;
}

std::string reverse_name(const IpAddress& address) {
    return transform(dotted(address), ".", true, 0) +
           (address.is_v4() ? ".in-addr.arpa" : ".ip6.arpa");
}

} // namespace postern::spf
