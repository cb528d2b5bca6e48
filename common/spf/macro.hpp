// The macros of RFC 7208 section 7: checked when a record is read, expanded when a term is
// evaluated.
//
//     const auto spec = MacroString::parse("%{ir}.%{v}._spf.%{d2}", MacroUse::DomainSpec);
//     const std::string target = spec->expand_domain(values);
//
// Expanding is bounded however long a hostile record is: of a domain name only the last 253 octets
// are ever made, of an explanation the first kMaxExplanation.
#pragma once

#include "common/base/ip.hpp"
#include "common/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::spf {

/// Which of the grammars of RFC 7208 7.1.
enum class MacroUse : std::uint8_t {
    DomainSpec,  ///< ends in ".toplabel", ".toplabel." or a macro; no %{c}, %{r}, %{t}
    MacroString, ///< of unknown modifiers: anything that expands
    Explanation, ///< explain-string: spaces too
};

/// What the letters stand for (RFC 7208 7.2).
struct MacroValues {
    std::string sender;                ///< %{s}: local part, "@", domain
    std::string local;                 ///< %{l}; "postmaster" where the sender has none
    std::string sender_domain;         ///< %{o}
    std::string domain;                ///< %{d}: the domain whose record is evaluated
    IpAddress client;                  ///< %{i}, %{c}, %{v}
    std::string helo;                  ///< %{h}
    std::string receiver;              ///< %{r}
    std::string validated = "unknown"; ///< %{p}
    std::int64_t time = 0;             ///< %{t}: seconds since 1970
};

/// One macro or a run of literal octets.
struct MacroPiece {
    /// Of a macro in lower case; "%", "_", "-" of %%, %_, %-; 0: literal, at [begin, end) of the
    /// text.
    char letter = 0;
    bool url_escape = false;
    bool reverse = false;
    std::uint8_t delimiters = 0; ///< which of kDelimiters, by bits; 0: the dot
    unsigned parts = 0;          ///< how many from the right; 0: all
    std::size_t begin = 0;       ///< of a literal
    std::size_t end = 0;
    friend bool operator==(const MacroPiece&, const MacroPiece&) = default;
};

class MacroString {
public:
    /// The error says what is wrong, for a person; every octet may come from outside.
    static Result<MacroString> parse(std::string_view text, MacroUse use);

    /// Is one of these letters (in lower case) used?
    [[nodiscard]] bool uses(std::string_view letters) const noexcept;
    /// As written.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const std::vector<MacroPiece>& pieces() const noexcept { return pieces_; }

    /// A target name: without a closing dot, labels removed from the left until it has at most 253
    /// octets (RFC 7208 7.3). Any octets; it may be empty or no name at all (is_domain_name).
    [[nodiscard]] std::string expand_domain(const MacroValues& values) const;
    /// An explanation, cut at kMaxExplanation octets. Any octets.
    [[nodiscard]] std::string expand_text(const MacroValues& values) const;

    static constexpr std::size_t kMaxExplanation = 1000;
    friend bool operator==(const MacroString&, const MacroString&) = default;

private:
    [[nodiscard]] std::string expand(const MacroPiece& piece, const MacroValues& values) const;

    std::string text_;
    std::vector<MacroPiece> pieces_;
};

/// Can this be asked in DNS: labels of 1 to 63 octets, at most 253 in all; no closing dot.
bool is_domain_name(std::string_view name) noexcept;

/// The name whose PTR records say who an address is: "1.2.0.192.in-addr.arpa".
std::string reverse_name(const IpAddress& address);

} // namespace postern::spf
