// One run of check_host() (RFC 7208 4) over what DNS has told so far, with all its counters.
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

    Verdict run();
    /// What it did, step by step; only where the query has a trace.
    [[nodiscard]] const std::vector<std::string>& steps() const noexcept { return steps_; }

private:
    enum class Scope : std::uint8_t { Initial, Include, Redirect };
    enum class Match : std::uint8_t { No, Yes, TempError, PermError };

    HostResult evaluate(const std::string& domain, Scope scope);
    HostResult evaluate_record(const Record& record, const std::string& domain, Scope scope);
    HostResult redirect(const Record& record, MacroValues& values);
    Match match(const Record& record, const Directive& directive, MacroValues& values);
    Match match_address(const Directive& directive, const std::string& target);
    Match match_mx(const Directive& directive, const std::string& target);
    Match match_ptr(const std::string& target);
    Match match_exists(const std::string& target);
    Match match_include(const std::string& target);

    /// The target name; nothing where the term can match nothing or is not known yet.
    std::optional<std::string> expand(const MacroString& target, MacroValues& values);
    /// %{p} at a domain; nothing where it is not known yet.
    std::optional<std::string> validated_name(const std::string& domain);
    std::vector<std::string> client_names(const dns::Answer& answer) const;
    std::string explain(const Record& record, MacroValues& values);

    /// Counts a term that asks; false if it is one too many.
    bool count_lookup();
    /// The answer to the question of a term: nothing if it is not known or not to be used, and then
    /// `match` says what that means for the term.
    const dns::Answer* lookup(const std::string& name, dns::RecordType type, Match& match);
    Match temporary(std::string what);
    Match permanent(std::string what);
    [[nodiscard]] bool has_client(const dns::Answer& answer) const;
    [[nodiscard]] dns::RecordType address_type() const noexcept;
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
