// One key for a list of domains: domain / selector / key-file of postern.conf, Domain / Selector /
// KeyFile of OpenDKIM.
//
// A domain of "*" stands for every domain (d= is then the author's). With ParentDomains::Yes mail
// of a domain under a listed one is signed with d= the listed one and i=@ the listed one, as
// OpenDKIM's SubDomains does.
#pragma once

#include "milters/sign/key_directory.hpp"
#include "milters/sign/key_source.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace postern::sign {

class SingleKey final : public KeySource {
public:
    struct Settings {
        std::string domains; ///< list, or "file:..." / "refile:..." as OpenDKIM has it
        std::string selector;
        std::string key_file; ///< a path
        ParentDomains parents = ParentDomains::No;
    };
    /// A missing or broken key is a problem: there is nothing else to sign with. Null then.
    static std::shared_ptr<const SingleKey>
    load(const Settings& settings, const std::shared_ptr<KeyRing>& ring, Report& report);
    ~SingleKey() override;

    [[nodiscard]] Selection select(const message::Mailbox& from) const override;
    [[nodiscard]] Selection select(std::string_view domain) const;

private:
    struct Impl;
    explicit SingleKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace postern::sign
