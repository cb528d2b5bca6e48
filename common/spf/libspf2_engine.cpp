#include "common/spf/libspf2_engine.hpp"

#include "common/base/domain.hpp"
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/spf/check_host.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::spf {

using dns::Answer;
using dns::RecordType;

namespace {

/// "t12.x": a term, by its number; "m12.x": the end of a term; "h3.x": a host of mx; "h3.t12.x": a
/// name of the client within the target of ptr.
std::string token(char kind, std::size_t number) { return kind + std::to_string(number) + ".x"; }

struct Token {
    char kind = 0;
    std::size_t number = 0;
};
Token read_token(std::string_view text) {
    const auto number = parse_number<std::size_t>(text.substr(1, text.find('.') - 1));
    invariant(number.has_value(), "a token without a number");
    return {.kind = text.front(), .number = *number};
}

char qualifier(const Directive& directive) noexcept {
    switch (directive.qualifier) {
    case Status::Fail:
        return '-';
    case Status::SoftFail:
        return '~';
    case Status::Neutral:
        return '?';
    default:
        return '+';
    }
}

std::string network_text(const Directive& directive) {
    const bool v4 = directive.mechanism == Mechanism::Ip4;
    std::array<char, INET6_ADDRSTRLEN> text{};
    invariant(::inet_ntop(v4 ? AF_INET : AF_INET6, directive.network.data(), text.data(),
                          text.size()) != nullptr,
              "an address without a text");
    return text.data();
}

/// A prefix length as libspf2 takes it: none where it is the whole address or (see below) zero.
std::string prefix(std::string_view slashes, int length, int whole) {
    if (length == 0 || length == whole) return {};
    return std::string(slashes) + std::to_string(length);
}

/// all, ip4, ip6. For libspf2 zero is no prefix length: two halves then.
std::vector<std::string> literal_terms(const Directive& directive) {
    const std::string before(1, qualifier(directive));
    switch (directive.mechanism) {
    case Mechanism::All:
        return {before + "all"};
    case Mechanism::Ip4:
        if (directive.prefix4 == 0) return {before + "ip4:0.0.0.0/1", before + "ip4:128.0.0.0/1"};
        return {before + "ip4:" + network_text(directive) + prefix("/", directive.prefix4, 32)};
    default:
        if (directive.prefix6 == 0) return {before + "ip6:::/1", before + "ip6:8000::/1"};
        return {before + "ip6:" + network_text(directive) + prefix("/", directive.prefix6, 128)};
    }
}

/// A term that asks, and the mark behind it.
std::vector<std::string> asking_terms(const Directive& directive, std::size_t number) {
    std::string term(1, qualifier(directive));
    switch (directive.mechanism) {
    case Mechanism::A:
        term += "a:";
        break;
    case Mechanism::Mx:
        term += "mx:";
        break;
    case Mechanism::Ptr:
        term += "ptr:";
        break;
    case Mechanism::Exists:
        term += "exists:";
        break;
    default:
        term += "include:";
    }
    term += token('t', number);
    if (directive.mechanism == Mechanism::A || directive.mechanism == Mechanism::Mx)
        term += prefix("/", directive.prefix4, 32) + prefix("//", directive.prefix6, 128);
    return {term, "?exists:" + token('m', number)};
}

class LibSpf2Check final : public CheckHost {
public:
    LibSpf2Check(const CheckContext& context, const LibSpf2& library)
        : CheckHost(context), library_(library) {}

private:
    class Walk;
    Decision decide(const Record& record, MacroValues& values) override;

    const LibSpf2& library_;
};

/// The way of libspf2 along one record. What it asks tells where it is: at a term that asks, or
/// somewhere among the literals between two of them.
class LibSpf2Check::Walk final : public LibSpf2Oracle {
public:
    Walk(LibSpf2Check& check, const Record& record, MacroValues& values)
        : check_(check), record_(record), values_(values) {}

    Decision run() {
        for (std::size_t begin = 0; begin < record_.directives.size();) {
            const auto [terms, end] = part(begin);
            at_ = begin;
            asking_ = false;
            const LibSpf2End found = check_.library_.interpret(terms, client(), *this);
            switch (found.how) {
            case LibSpf2End::How::NoMatch:
                pass(end);
                begin = end;
                break;
            case LibSpf2End::How::Match:
                return matched(found.status, end);
            case LibSpf2End::How::Stopped:
                pass(at_);
                tell(at_, check_.problem());
                return {.match = failure_, .directive = &record_.directives[at_]};
            }
        }
        return {};
    }

    std::optional<LibSpf2Found> addresses(std::string_view text) override {
        const Token token = read_token(text);
        if (token.kind == 'm') {
            at_ = token.number + 1;
            asking_ = false;
            return LibSpf2Found{};
        }
        if (token.kind == 'h') return host_addresses(token.number);
        const auto target = begin_term(token.number);
        if (!target) return nothing();
        const bool exists = directive().mechanism == Mechanism::Exists;
        const RecordType type = exists ? RecordType::A : check_.address_type();
        const Answer* answer = check_.lookup(*target, type, failure_);
        if (answer == nullptr) return nothing();
        return exists ? all_of(*answer) : ours_of(*answer);
    }

    std::optional<LibSpf2Found> hosts(std::string_view text) override {
        const auto target = begin_term(read_token(text).number);
        if (!target) return nothing();
        const Answer* answer = check_.mx_hosts(*target, failure_);
        if (answer == nullptr) return nothing();
        LibSpf2Found found;
        names_.clear();
        for (const dns::Record& record : answer->records) {
            found.names.push_back(token('h', names_.size()));
            names_.push_back(record.text);
        }
        return found;
    }

    std::optional<LibSpf2Found> client_names() override {
        while (!record_.directives[at_].asks()) // the ptr says no more of itself
            ++at_;
        const auto target = begin_term(at_);
        if (!target) return nothing();
        names_ = check_.ptr_names(*target, failure_);
        if (failure_ != Match::No) return std::nullopt;
        LibSpf2Found found;
        for (std::size_t i = 0; i < names_.size(); ++i)
            found.names.push_back('h' + std::to_string(i) + '.' + token('t', at_));
        return found;
    }

    std::optional<Status> include(std::string_view text) override {
        const auto target = begin_term(read_token(text).number);
        if (!target && failure_ != Match::No) return std::nullopt;
        const Match match = target ? check_.match_include(*target) : Match::No;
        if (match == Match::Yes) return Status::Pass;
        if (match == Match::No) return Status::Fail;
        failure_ = match;
        return std::nullopt;
    }

private:
    struct Part {
        std::vector<std::string> terms;
        std::size_t end = 0; ///< the first directive behind it
    };
    /// As many directives from `begin` on as libspf2 can hold, one at least.
    [[nodiscard]] Part part(std::size_t begin) const {
        Part part{.terms = {}, .end = begin};
        std::size_t size = 0;
        for (; part.end < record_.directives.size(); ++part.end) {
            const Directive& directive = record_.directives[part.end];
            std::vector<std::string> terms =
                directive.asks() ? asking_terms(directive, part.end) : literal_terms(directive);
            for (const std::string& term : terms)
                size += LibSpf2::term_size(term);
            if (size > LibSpf2::kCapacity) break;
            part.terms.insert(part.terms.end(), terms.begin(), terms.end());
        }
        return part;
    }

    /// Counts the term libspf2 has come to. Its target; nothing if it can match nothing, is not
    /// known yet, or (failure_) is one too many.
    std::optional<std::string> begin_term(std::size_t number) {
        at_ = number;
        asking_ = true;
        pass(at_);
        auto target = check_.begin_term(directive(), values_, failure_);
        if (!target && failure_ == Match::No) tell(at_, check_.no_target());
        return target;
    }
    /// What libspf2 is told where there is no answer: to stop, or that nothing was found.
    [[nodiscard]] std::optional<LibSpf2Found> nothing() const {
        if (failure_ != Match::No) return std::nullopt;
        return LibSpf2Found{};
    }

    std::optional<LibSpf2Found> host_addresses(std::size_t number) {
        const std::string& name = names_.at(number);
        const bool mx = directive().mechanism == Mechanism::Mx;
        const Answer* answer =
            mx ? check_.mx_addresses(name, failure_) : check_.name_addresses(name);
        if (answer == nullptr) return nothing();
        return ours_of(*answer);
    }
    static LibSpf2Found all_of(const Answer& answer) {
        LibSpf2Found found;
        for (const dns::Record& record : answer.records)
            if (record.address) found.addresses.push_back(*record.address);
        return found;
    }
    /// Of the family of the client. With a prefix length of zero, which libspf2 does not know, any
    /// address is as good as the client's.
    [[nodiscard]] LibSpf2Found ours_of(const Answer& answer) const {
        const bool any = (client().is_v4() ? directive().prefix4 : directive().prefix6) == 0;
        LibSpf2Found found;
        for (const dns::Record& record : answer.records)
            if (record.address && record.address->family() == client().family())
                found.addresses.push_back(any ? client() : *record.address);
        return found;
    }

    Decision matched(Status status, std::size_t end) {
        if (!asking_) at_ = matching_literal(end);
        invariant(directive().qualifier == status, "libspf2 matched a term with another qualifier");
        pass(at_);
        tell(at_, "match");
        return {.match = Match::Yes, .directive = &directive(), .status = status};
    }
    /// Which of the literals it was that libspf2 matched, asked one by one.
    std::size_t matching_literal(std::size_t end) {
        for (std::size_t i = at_; i < end && !record_.directives[i].asks(); ++i) {
            const auto terms = literal_terms(record_.directives[i]);
            if (check_.library_.interpret(terms, client(), *this).how == LibSpf2End::How::Match)
                return i;
        }
        throw BugError("libspf2 matched a term of which it says that it does not match");
    }

    void tell(std::size_t number, std::string_view what) {
        check_.tell(record_, record_.directives[number], what);
        told_ = number + 1;
    }
    /// The terms before `number` did not match.
    void pass(std::size_t number) {
        while (told_ < number)
            tell(told_, "no match");
    }

    [[nodiscard]] const Directive& directive() const { return record_.directives[at_]; }
    [[nodiscard]] const IpAddress& client() const { return check_.context().query.client; }

    LibSpf2Check& check_;
    const Record& record_;
    MacroValues& values_;
    std::size_t at_ = 0;
    bool asking_ =
        false; ///< `at_` asked, and its mark was not asked for: it is the one or the last
    std::size_t told_ = 0;
    Match failure_ = Match::No;
    std::vector<std::string> names_; ///< of the hosts of the term
};

CheckHost::Decision LibSpf2Check::decide(const Record& record, MacroValues& values) {
    return Walk(*this, record, values).run();
}

} // namespace

std::unique_ptr<CheckHost> LibSpf2Engine::new_run(const CheckContext& context) const {
    return std::make_unique<LibSpf2Check>(context, library_);
}

} // namespace postern::spf
