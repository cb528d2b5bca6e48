// Keys by KeyTable and SigningTable, as OpenDKIM chooses them.
//
// Beyond OpenDKIM: when nothing matches and the author's domain has U-labels, it is asked for once
// more in A-labels; rows that would give the very same signature twice give it once.
#pragma once

#include "milters/sign/key_source.hpp"
#include "milters/sign/key_table.hpp"
#include "milters/sign/signing_table.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace postern::sign {

class TableKeys final : public KeySource {
public:
    TableKeys(KeyTable keys, SigningTable signing);
    /// Both tables as postern.conf names them ("refile:/etc/..."), and what only both together
    /// tell: a signing row that names no key row is a problem (OpenDKIM crashes on it or makes the
    /// mail wait), an identity outside of the key's domain a warning. Never null; of no use when
    /// there were problems.
    static std::shared_ptr<const TableKeys> load(std::string_view key_table,
                                                 std::string_view signing_table, Matches matches,
                                                 const std::shared_ptr<KeyRing>& ring,
                                                 tables::Report& report);

    [[nodiscard]] Selection select(const message::Mailbox& from) const override;

    [[nodiscard]] const KeyTable& keys() const noexcept { return keys_; }
    [[nodiscard]] const SigningTable& signing() const noexcept { return signing_; }

private:
    void check(tables::Report& report) const;
    [[nodiscard]] Selection apply(const std::vector<const SigningRow*>& rows,
                                  std::string_view domain) const;

    KeyTable keys_;
    SigningTable signing_;
};

} // namespace postern::sign
