// Keys by KeyTable and SigningTable, as OpenDKIM chooses them.
//
// Beyond OpenDKIM: when nothing matches and the author's domain has U-labels, it is asked for once
// more in A-labels; rows that would give the very same signature twice give it once.
#pragma once

#include "milters/sign/key_source.hpp"
#include "milters/sign/key_table.hpp"
#include "milters/sign/signing_table.hpp"

#include <memory>
#include <string>

namespace postern::sign {

class TableKeys final : public KeySource {
public:
    TableKeys(KeyTable keys, SigningTable signing, Matches matches);
    /// Both tables as postern.conf names them ("refile:/etc/..."), and what only both together
    /// tell: a SigningTable row that names no key row is a problem (OpenDKIM crashes or makes the
    /// mail wait), an identity that cannot be a warning. Check report.problems.
    static std::shared_ptr<const TableKeys> load(std::string_view key_table,
                                                 std::string_view signing_table, Matches matches,
                                                 const std::shared_ptr<KeyRing>& ring,
                                                 Report& report);

    [[nodiscard]] Selection select(const message::Mailbox& from) const override;
    /// The same for an address in two pieces, domain as the author wrote it.
    [[nodiscard]] Selection select(std::string_view user, std::string_view domain) const;

private:
    void check(Report& report) const;
    [[nodiscard]] Selection apply(const std::vector<const SigningRow*>& rows,
                                  std::string_view domain) const;

    KeyTable keys_;
    SigningTable signing_;
    Matches matches_;
};

} // namespace postern::sign
