#include "common/tables/pattern_list.hpp"

#include "common/base/text.hpp"

#include <regex.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <unordered_map>

namespace postern::tables {
namespace {

constexpr std::size_t kMaxPattern = 1023; // a line of a table
constexpr std::size_t kMaxOperators = 64, kMaxDepth = 16, kMaxRepetition = 256;

/// Acts in an extended regular expression after the translation of '*', '.' and '+'.
constexpr bool acts(char c) noexcept {
    return std::string_view("^$()[]{}|?\\").find(c) != std::string_view::npos;
}

bool is_literal(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(), [](char c) { return acts(c) || c == '*'; });
}

/// Why an expression may cost too much to compile or to run. The C library builds repetitions by
/// copying, recurses on parentheses and backtracks on references, so tables get no say in that.
std::optional<std::string> too_costly(std::string_view pattern) {
    if (pattern.size() > kMaxPattern) return "longer than 1023 octets";
    std::size_t operators = 0, depth = 0, repetition = 1;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (std::string_view("*?|({").find(c) != std::string_view::npos) ++operators;
        if (c == '(' && ++depth > kMaxDepth) return "parentheses nested too deeply";
        if (c == ')' && depth > 0) --depth;
        if (c == '\\' && i + 1 < pattern.size() && is_digit(pattern[i + 1]))
            return "references to groups (\\1) are not supported";
        if (c != '{') continue;
        std::size_t most = 1, number = 0;
        for (std::size_t k = i + 1; k < pattern.size() && pattern[k] != '}'; ++k) {
            number =
                is_digit(pattern[k]) ? number * 10 + static_cast<std::size_t>(pattern[k] - '0') : 0;
            most = std::max(most, number);
            if (most > kMaxRepetition) break;
        }
        repetition *= most;
        if (repetition > kMaxRepetition) return "more than 256 repetitions";
    }
    if (operators > kMaxOperators) return "more than 64 operators";
    return std::nullopt;
}

/// A compiled expression; the handle of the C library stays where it is.
class Expression {
public:
    static Result<std::unique_ptr<Expression>> compile(const std::string& text,
                                                       LetterCase letters) {
        std::unique_ptr<Expression> made(new Expression);
        const int flags =
            REG_EXTENDED | REG_NOSUB | (letters == LetterCase::Ignored ? REG_ICASE : 0);
        const int code = ::regcomp(&made->regex_, text.c_str(), flags);
        if (code != 0) {
            std::array<char, 128> why{};
            ::regerror(code, &made->regex_, why.data(), why.size());
            return fail(std::string("no valid expression: ") + why.data());
        }
        made->compiled_ = true;
        return made;
    }
    Expression(const Expression&) = delete;
    Expression& operator=(const Expression&) = delete;
    ~Expression() {
        if (compiled_) ::regfree(&regex_);
    }

    /// `text` ends at its NUL.
    [[nodiscard]] bool matches(const std::string& text) const {
        const int code = ::regexec(&regex_, text.c_str(), 0, nullptr, 0);
        if (code == REG_ESPACE) throw std::bad_alloc();
        return code == 0;
    }

private:
    Expression() = default;
    regex_t regex_{};
    bool compiled_ = false;
};

} // namespace

struct PatternList::Impl {
    using Numbers = std::vector<std::uint32_t>; ///< ascending
    using Index = std::unordered_map<std::string, Numbers, TextHash, std::equal_to<>>;

    struct Walked {
        std::uint32_t number;
        std::unique_ptr<Expression> expression;
    };

    LetterCase letters = LetterCase::Matters;
    std::uint32_t size = 0;
    Numbers everything; ///< "*"
    Index whole;        ///< user@domain: the text itself
    Index by_domain;    ///< *@domain: what follows the last '@'
    Index by_parent;    ///< *@*.domain: what follows the last '@' ends with .domain
    std::vector<Walked> walked;

    [[nodiscard]] std::string folded(std::string_view text) const {
        return letters == LetterCase::Ignored ? to_lower(text) : std::string(text);
    }

    /// Calls `use` with the list of every hash table entry that matches. The last '@' is enough:
    /// the part of these shapes after their '@' has none itself.
    template <class F> void indexed(std::string_view text, F&& use) const {
        if (!everything.empty()) use(everything);
        const auto look = [&](const Index& index, std::string_view key) {
            if (index.empty()) return;
            if (const auto found = index.find(key); found != index.end()) use(found->second);
        };
        look(whole, text);
        const auto at = text.rfind('@');
        if (at == std::string_view::npos) return;
        const std::string_view domain = text.substr(at + 1);
        look(by_domain, domain);
        if (by_parent.empty()) return;
        for (auto dot = domain.find('.'); dot != std::string_view::npos;
             dot = domain.find('.', dot + 1))
            look(by_parent, domain.substr(dot + 1));
    }
};

PatternList::PatternList(LetterCase letters) : impl_(std::make_unique<Impl>()) {
    impl_->letters = letters;
}
PatternList::PatternList(PatternList&&) noexcept = default;
PatternList& PatternList::operator=(PatternList&&) noexcept = default;
PatternList::~PatternList() = default;

std::string PatternList::expression(std::string_view pattern) {
    std::string text = "^";
    for (const char c : pattern) {
        if (c == '*')
            text += ".*";
        else if (c == '.' || c == '+')
            (text += '\\') += c;
        else
            text += c;
    }
    return text + '$';
}

char PatternList::metacharacter(std::string_view pattern) noexcept {
    const auto found = std::find_if(pattern.begin(), pattern.end(), acts);
    return found == pattern.end() ? '\0' : *found;
}

Result<void> PatternList::add(std::string_view pattern) {
    if (pattern.find('\0') != std::string_view::npos) return fail("NUL in pattern");
    Impl& list = *impl_;
    const auto domain_of = [](std::string_view text) { return text.find('@'); };
    const auto plain_domain = [&](std::string_view text) {
        return !text.empty() && is_literal(text) && domain_of(text) == std::string_view::npos;
    };
    const std::uint32_t number = list.size;
    if (pattern == "*") {
        list.everything.push_back(number);
    } else if (is_literal(pattern)) {
        list.whole[list.folded(pattern)].push_back(number);
    } else if (pattern.starts_with("*@*.") && plain_domain(pattern.substr(4))) {
        list.by_parent[list.folded(pattern.substr(4))].push_back(number);
    } else if (pattern.starts_with("*@") && plain_domain(pattern.substr(2))) {
        list.by_domain[list.folded(pattern.substr(2))].push_back(number);
    } else {
        if (auto why = too_costly(pattern)) return fail(*std::move(why));
        auto compiled = Expression::compile(expression(pattern), list.letters);
        if (!compiled) return tl::unexpected(compiled.error());
        list.walked.push_back({number, *std::move(compiled)});
    }
    ++list.size;
    return {};
}

std::size_t PatternList::first(std::string_view text) const {
    if (text.size() > kMaxText || text.find('\0') != std::string_view::npos) return npos;
    const std::string folded = impl_->folded(text);
    std::size_t best = npos;
    impl_->indexed(folded, [&](const Impl::Numbers& numbers) {
        best = std::min(best, std::size_t{numbers.front()});
    });
    if (impl_->walked.empty()) return best;
    const std::string whole(text);
    for (const Impl::Walked& one : impl_->walked) {
        if (one.number > best) break;
        if (one.expression->matches(whole)) return one.number;
    }
    return best;
}

std::vector<std::size_t> PatternList::all(std::string_view text) const {
    std::vector<std::size_t> found;
    if (text.size() > kMaxText || text.find('\0') != std::string_view::npos) return found;
    impl_->indexed(impl_->folded(text), [&](const Impl::Numbers& numbers) {
        found.insert(found.end(), numbers.begin(), numbers.end());
    });
    const std::string whole(text);
    for (const Impl::Walked& one : impl_->walked)
        if (one.expression->matches(whole)) found.push_back(one.number);
    std::sort(found.begin(), found.end());
    return found;
}

std::size_t PatternList::size() const noexcept { return impl_->size; }
std::size_t PatternList::walked() const noexcept { return impl_->walked.size(); }

} // namespace postern::tables
