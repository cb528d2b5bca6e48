// OpenDKIM's KeyTable: name -> domain:selector:key[:algorithm].
//
// Names are case-sensitive. The key is a file if it begins with '/', './' or '../', else the key
// itself. A domain of just "%" is the author's; in a path beginning with '/' every '%' becomes the
// domain. A fourth field is taken when it is "rsa-sha256" or "ed25519-sha256"; any other text
// belongs to the path. Rows that cannot work are warned of when loaded and make the mail that needs
// them wait.
#pragma once

#include "common/base/text.hpp"
#include "common/tables/pattern_list.hpp"
#include "common/tables/table_spec.hpp"
#include "milters/sign/key_ring.hpp"
#include "milters/sign/key_source.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::sign {

struct KeyRow {
    std::string name;
    std::string domain;   ///< A-labels, or "%"
    std::string selector; ///< A-labels
    std::string path;     ///< while it has a '%' for the author's domain, else empty
    std::string fault;    ///< why the row can never work, else empty
    std::optional<crypto::KeyType> algorithm;
    int line = 0;
    std::shared_ptr<const KeyFile> file; ///< null for an inline key and for a path with '%'
    KeyPointer inline_key;
};

class KeyTable {
public:
    /// Key files are read as key_ring.hpp describes; missing and broken ones are warnings, because
    /// they concern the mail of their row only.
    static KeyTable load(const tables::Table& table, std::shared_ptr<KeyRing> ring,
                         tables::Report& report);

    /// The row of this name, or null. Constant time for file and inline tables.
    [[nodiscard]] const KeyRow* find(std::string_view name) const;
    /// The row's key for an author's domain (lower case, as written); identity stays empty. The
    /// error is for the log: the mail should be signed and cannot be.
    [[nodiscard]] Result<KeyChoice> choose(const KeyRow& row, std::string_view from_domain) const;

    [[nodiscard]] const std::vector<KeyRow>& rows() const noexcept { return rows_; }
    [[nodiscard]] config::Origin origin(const KeyRow& row) const { return {name_, row.line}; }

private:
    void check_key(KeyRow& row, std::size_t& parsed, tables::Report& report) const;

    std::string name_;
    std::vector<KeyRow> rows_;
    std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> by_name_;
    std::optional<tables::PatternList> patterns_; ///< refile only
    std::shared_ptr<KeyRing> ring_;
};

} // namespace postern::sign
