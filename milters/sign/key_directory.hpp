// The key directory: keys/<domain>/<selector>.pem. Every key there signs mail of its domain, RSA
// and Ed25519 side by side; a key put there, exchanged or removed is noticed within a second.
//
// Domain folders are named in A-labels or U-labels. Files that do not end in .pem, hidden files and
// sub-directories are passed over. A selector is the file name without .pem.
//
// Order: Ed25519 before RSA, each by selector. Every signature is inserted on top, so RSA, which
// every verifier understands, ends up top-most (RFC 8463 section 5 leaves the order open).
//
// Broken keys: a domain with a good and a broken key signs with the good one, and the broken one
// was warned of; a domain with only broken keys makes its mail wait (tempfail). A folder without
// any .pem file is no domain of ours.
#pragma once

#include "common/tables/report.hpp"
#include "milters/sign/key_ring.hpp"
#include "milters/sign/key_source.hpp"

#include <memory>
#include <string>

namespace postern::sign {

enum class ParentDomains : std::uint8_t { No, Yes };

class KeyDirectory final : public KeySource {
public:
    /// A directory that cannot be read is a problem; broken and unsafe keys are warnings. With
    /// ParentDomains::Yes mail of sub.example.org is signed with the keys of example.org (and
    /// d=example.org) when sub.example.org has no folder of its own; the nearest parent wins.
    static std::shared_ptr<const KeyDirectory> load(const std::string& path, ParentDomains parents,
                                                    std::shared_ptr<KeyRing> ring,
                                                    tables::Report& report);
    ~KeyDirectory() override;

    [[nodiscard]] Selection select(const message::Mailbox& from) const override;

private:
    struct Impl;
    explicit KeyDirectory(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace postern::sign
