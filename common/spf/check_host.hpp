// One run of check_host() (RFC 7208 4) over what DNS has told so far, with all its counters. Which
// term of a record decides may be found out in another way (libspf2_engine): decide() is virtual,
// and what it needs is protected.
#pragma once

#include "common/dns/resolver.hpp"
#include "common/spf/answers.hpp"
#include "common/spf/engine.hpp"
#include "common/spf/macro.hpp"
#include "common/spf/record.hpp"
#include "common/spf/subject.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::spf {

/// Records once read, for all runs of a check: by the answer they stand in.
using ParsedRecords = std::map<const dns::Answer*, Result<Record>>;

/// What a check is about and what its runs share.
struct CheckContext {
    const Query& query;
    const Subject& subject;
    const Limits& limits;
    Answers& answers;
    ParsedRecords& parsed;
    std::int64_t unix_time = 0;
};

/// What one evaluation of a record came to.
struct HostResult {
    Status status = Status::None;
    std::string mechanism = {};
    std::string problem = {};
    std::string explanation = {};
    bool known = true; ///< false: not told by DNS yet, the rest means nothing
};

/// Used once. If answers.is_wanting() afterwards, the result is a guess.
class CheckHost {
public:
    explicit CheckHost(const CheckContext& context) : context_(context) {}
    CheckHost(const CheckHost&) = delete;
    CheckHost& operator=(const CheckHost&) = delete;
    virtual ~CheckHost() = default;

    Verdict run();
    /// What it did, step by step; only where the query has a trace.
    [[nodiscard]] const std::vector<std::string>& steps() const noexcept { return steps_; }

protected:
    enum class Match : std::uint8_t { No, Yes, TempError, PermError };
    /// How the directives of a record ended.
    struct Decision {
        Match match = Match::No;
        const Directive* directive = nullptr; ///< that matched
        Status status = Status::Neutral;      ///< of a match
    };

    /// The first directive that matches or fails.
    virtual Decision decide(const Record& record, MacroValues& values);

    /// Counts a term that asks. Its target; nothing if it can match nothing, is not known yet
    /// (no_target() says which), or is one too many, and then `match` says so.
    std::optional<std::string> begin_term(const Directive& directive, MacroValues& values,
                                          Match& match);
    [[nodiscard]] std::string_view no_target() const noexcept;
    /// The answer to the question of a term: nothing if it is not known or not to be used, and then
    /// `match` says what that means for the term.
    const dns::Answer* lookup(const std::string& name, dns::RecordType type, Match& match);
    /// The same for the MX records of mx, and the addresses of one of them.
    const dns::Answer* mx_hosts(const std::string& target, Match& match);
    const dns::Answer* mx_addresses(const std::string& host, Match& match);
    /// The names of the client at or below the target of ptr, not validated yet.
    std::vector<std::string> ptr_names(const std::string& target, Match& match);
    /// The addresses of one of them; nothing if they are not known.
    const dns::Answer* name_addresses(const std::string& name);
    Match match_include(const std::string& target);

    /// A or AAAA, as the client has.
    [[nodiscard]] dns::RecordType address_type() const noexcept;
    /// Why the last term ended in TempError or PermError.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    /// For the steps: what became of a directive.
    void tell(const Record& record, const Directive& directive, std::string_view what);
    [[nodiscard]] const CheckContext& context() const noexcept { return context_; }

private:
    enum class Scope : std::uint8_t { Initial, Include, Redirect };

    HostResult evaluate(const std::string& domain, Scope scope);
    HostResult evaluate_record(const Record& record, const std::string& domain, Scope scope);
    HostResult redirect(const Record& record, MacroValues& values);
    Match match(const Record& record, const Directive& directive, MacroValues& values);
    Match match_address(const Directive& directive, const std::string& target);
    Match match_mx(const Directive& directive, const std::string& target);
    Match match_ptr(const std::string& target);
    Match match_exists(const std::string& target);

    /// The target name; nothing where the term can match nothing or is not known yet.
    std::optional<std::string> expand(const MacroString& target, MacroValues& values);
    /// %{p} at a domain; nothing where it is not known yet.
    std::optional<std::string> validated_name(const std::string& domain);
    std::vector<std::string> client_names(const dns::Answer& answer) const;
    std::string explain(const Record& record, MacroValues& values);

    /// Counts a term that asks; false if it is one too many.
    bool count_lookup();
    Match temporary(std::string what);
    Match permanent(std::string what);
    [[nodiscard]] bool has_client(const dns::Answer& answer) const;
    void step(std::string text);

    const CheckContext& context_;
    unsigned lookups_ = 0;
    unsigned void_lookups_ = 0;
    bool late_ = false;     ///< the deadline kept an answer back that the RFC passes over
    bool guessed_ = false;  ///< the last term was not known
    std::size_t depth_ = 0; ///< of includes, for the steps
    std::string problem_;
    std::vector<std::string> steps_;
};

} // namespace postern::spf
