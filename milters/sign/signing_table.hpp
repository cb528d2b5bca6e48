// OpenDKIM's SigningTable: which rows apply to an author's address.
//
// file: and inline lists are asked for user@host, host, then for each parent of host user@.parent
// and .parent, then user@* and *; letters of either case match, a query with octets over 127 never
// does. refile: is walked from the top; patterns match the octets of the address as they are.
// The value is keyname[:identity]; a keyname "%" is the author's domain, and so is every '%' in the
// identity.
#pragma once

#include "common/base/text.hpp"
#include "common/tables/pattern_list.hpp"
#include "common/tables/table_spec.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::sign {

struct SigningRow {
    std::string pattern;
    std::string key_name; ///< may be "%"
    std::string identity; ///< with its '%'; may be empty
    int line = 0;
};

enum class Matches : std::uint8_t { First, All };

class SigningTable {
public:
    /// Rows that can never match, or match more than they seem to, are warnings.
    static SigningTable load(const tables::Table& table, Matches matches, tables::Report& report);

    /// The rows for user@domain, in the order OpenDKIM finds them; domain in lower case.
    [[nodiscard]] std::vector<const SigningRow*> find(std::string_view user,
                                                      std::string_view domain) const;

    [[nodiscard]] const std::vector<SigningRow>& rows() const noexcept { return rows_; }
    [[nodiscard]] config::Origin origin(const SigningRow& row) const { return {name_, row.line}; }
    /// How many rows are walked one by one for every message (odd refile patterns).
    [[nodiscard]] std::size_t walked() const noexcept {
        return patterns_ ? patterns_->walked() : 0;
    }

private:
    void warn_of(const SigningRow& row, tables::Report& report) const;

    std::string name_;
    Matches matches_ = Matches::First;
    std::vector<SigningRow> rows_;
    std::unordered_map<std::string, std::size_t, CaseInsensitiveHash, CaseInsensitiveEqual> by_key_;
    std::optional<tables::PatternList> patterns_; ///< refile only
};

} // namespace postern::sign
