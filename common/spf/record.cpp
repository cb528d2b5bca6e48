#include "common/spf/record.hpp"

#include "common/base/text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

namespace postern::spf {

namespace {

constexpr std::string_view kVersion = "v=spf1";

constexpr bool is_printable(char c) noexcept { return c >= 0x20 && c <= 0x7e; }

/// name of RFC 7208 4.6.1: how many octets of the term it has.
std::size_t name_size(std::string_view term) noexcept {
    if (term.empty() || !is_alpha(term.front())) return 0;
    std::size_t size = 1;
    while (size < term.size() && (is_alpha(term[size]) || is_digit(term[size]) ||
                                  std::string_view("-_.").find(term[size]) != term.npos))
        ++size;
    return size;
}

std::optional<Mechanism> mechanism_of(std::string_view name) noexcept {
    constexpr std::array<std::pair<std::string_view, Mechanism>, 8> kNames{
        {{"all", Mechanism::All},
         {"include", Mechanism::Include},
         {"a", Mechanism::A},
         {"mx", Mechanism::Mx},
         {"ptr", Mechanism::Ptr},
         {"ip4", Mechanism::Ip4},
         {"ip6", Mechanism::Ip6},
         {"exists", Mechanism::Exists}}};
    const auto* const found = std::find_if(kNames.begin(), kNames.end(), [&](const auto& known) {
        return iequals(known.first, name);
    });
    if (found == kNames.end()) return std::nullopt;
    return found->second;
}

std::optional<Status> qualifier_of(char c) noexcept {
    switch (c) {
    case '+':
        return Status::Pass;
    case '-':
        return Status::Fail;
    case '~':
        return Status::SoftFail;
    case '?':
        return Status::Neutral;
    default:
        return std::nullopt;
    }
}

/// "0" or digits without a leading zero, at most `most`.
std::optional<int> prefix_length(std::string_view digits, int most) noexcept {
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits.front() == '0') ||
        !is_digit(digits.front()))
        return std::nullopt;
    const auto length = parse_number<int>(digits);
    if (!length || *length > most) return std::nullopt;
    return length;
}

/// Takes "/" or "//" and the digits behind it from the end of `text`, if they are there.
std::optional<std::string_view> take_prefix(std::string_view& text, std::string_view slashes) {
    std::size_t begin = text.size();
    while (begin > 0 && is_digit(text[begin - 1]))
        --begin;
    if (begin == text.size() || !text.substr(0, begin).ends_with(slashes)) return std::nullopt;
    const std::string_view digits = text.substr(begin);
    text.remove_suffix(digits.size() + slashes.size());
    return digits;
}

/// [ ip4-cidr-length ] [ "/" ip6-cidr-length ] from the end of `text`.
Result<void> take_dual_prefix(std::string_view& text, Directive& directive) {
    if (const auto digits = take_prefix(text, "//")) {
        const auto length = prefix_length(*digits, 128);
        if (!length) return fail("an IPv6 prefix length that is none");
        directive.prefix6 = *length;
    }
    if (const auto digits = take_prefix(text, "/")) {
        const auto length = prefix_length(*digits, 32);
        if (!length) return fail("an IPv4 prefix length that is none");
        directive.prefix4 = *length;
    }
    return {};
}

/// ":" domain-spec; nothing for an empty text.
Result<void> read_target(std::string_view text, Directive& directive) {
    if (text.empty()) return {};
    if (text.front() != ':') return fail("text behind the mechanism that does not belong there");
    auto target = MacroString::parse(text.substr(1), MacroUse::DomainSpec);
    if (!target) return tl::unexpected(target.error());
    directive.target = std::move(*target);
    return {};
}

/// ":" network [ "/" prefix length ].
Result<void> read_network(std::string_view text, Directive& directive) {
    if (text.empty() || text.front() != ':') return fail("no network");
    text.remove_prefix(1);
    const bool v4 = directive.mechanism == Mechanism::Ip4;
    const std::size_t slash = text.find('/');
    if (slash != text.npos) {
        const auto length = prefix_length(text.substr(slash + 1), v4 ? 32 : 128);
        if (!length) return fail("a prefix length that is none");
        (v4 ? directive.prefix4 : directive.prefix6) = *length;
        text = text.substr(0, slash);
    }
    // inet_pton() takes what RFC 7208 5.6 and RFC 4291 2.2 have, and no leading zeros.
    const std::string terminated(text.substr(0, INET6_ADDRSTRLEN));
    if (::inet_pton(v4 ? AF_INET : AF_INET6, terminated.c_str(), directive.network.data()) != 1)
        return fail(v4 ? "not an IPv4 address" : "not an IPv6 address");
    return {};
}

/// Behind the name of the mechanism.
Result<void> read_arguments(std::string_view text, Directive& directive) {
    switch (directive.mechanism) {
    case Mechanism::All:
        if (!text.empty()) return fail("text behind \"all\"");
        return {};
    case Mechanism::Include:
    case Mechanism::Exists:
        if (text.empty()) return fail("no domain");
        return read_target(text, directive);
    case Mechanism::Ptr:
        return read_target(text, directive);
    case Mechanism::A:
    case Mechanism::Mx:
        return take_dual_prefix(text, directive).and_then([&] {
            return read_target(text, directive);
        });
    case Mechanism::Ip4:
    case Mechanism::Ip6:
        return read_network(text, directive);
    }
    return fail("unknown mechanism");
}

Result<Directive> parse_directive(std::string_view term) {
    Directive directive;
    if (const auto qualifier = qualifier_of(term.front())) {
        directive.qualifier = *qualifier;
        term.remove_prefix(1);
    }
    const std::string_view name = term.substr(0, term.find_first_of(":/"));
    const auto mechanism = mechanism_of(name);
    if (!mechanism) return fail("unknown mechanism");
    directive.mechanism = *mechanism;
    if (auto read = read_arguments(term.substr(name.size()), directive); !read)
        return tl::unexpected(read.error());
    return directive;
}

Result<void> read_modifier(std::string_view name, std::string_view value, Record& record) {
    const bool redirect = iequals(name, "redirect");
    if (!redirect && !iequals(name, "exp")) {
        auto any = MacroString::parse(value, MacroUse::MacroString);
        if (!any) return tl::unexpected(any.error());
        return {};
    }
    auto& modifier = redirect ? record.redirect : record.explanation;
    if (modifier) return fail("the modifier is there twice");
    auto target = MacroString::parse(value, MacroUse::DomainSpec);
    if (!target) return tl::unexpected(target.error());
    modifier = std::move(*target);
    return {};
}

Result<void> read_term(std::string_view term, std::size_t begin, Record& record) {
    const std::size_t size = name_size(term);
    if (size != 0 && size < term.size() && term[size] == '=')
        return read_modifier(term.substr(0, size), term.substr(size + 1), record);
    auto directive = parse_directive(term);
    if (!directive) return tl::unexpected(directive.error());
    directive->begin = begin;
    directive->end = begin + term.size();
    record.directives.push_back(std::move(*directive));
    return {};
}

bool same_prefix(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                 int bits) noexcept {
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin()))
        return false;
    const auto rest = static_cast<unsigned>(bits % 8);
    return rest == 0 || (a[whole] ^ b[whole]) >> (8U - rest) == 0;
}

} // namespace

bool Directive::contains(const IpAddress& client) const noexcept {
    if (client.is_v4() != (mechanism == Mechanism::Ip4)) return false;
    return same_prefix(network, client.octets(), client.is_v4() ? prefix4 : prefix6);
}

bool Directive::matches(const IpAddress& found, const IpAddress& client) const noexcept {
    return found.family() == client.family() &&
           same_prefix(found.octets(), client.octets(), client.is_v4() ? prefix4 : prefix6);
}

Result<Record> Record::parse(std::string_view text) {
    if (!is_record(text)) return fail("no version section \"v=spf1\"");
    if (!std::all_of(text.begin(), text.end(), is_printable))
        return fail("the record has an octet that is no printable ASCII");
    Record record;
    record.text = text;
    for (std::size_t at = kVersion.size(); at < text.size();) {
        if (text[at] == ' ') {
            ++at;
            continue;
        }
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string_view term = text.substr(at, end - at);
        if (const auto read = read_term(term, at, record); !read)
            return fail("\"" + printable(term, 80) + "\": " + read.error().message);
        at = end;
    }
    if (std::any_of(record.directives.begin(), record.directives.end(),
                    [](const Directive& d) { return d.mechanism == Mechanism::All; }))
        record.redirect.reset();
    return record;
}

bool is_record(std::string_view text) noexcept {
    return istarts_with(text, kVersion) &&
           (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string out(text.substr(0, limit));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return !is_printable(c); }, '?');
    if (text.size() > limit) out += "...";
    return out;
}

} // namespace postern::spf
