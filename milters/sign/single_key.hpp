// One key for a list of domains: domain / selector / key-file of postern.conf, Domain / Selector /
// KeyFile of OpenDKIM.
//
// A domain of "*" stands for every domain (d= is then the author's). With ParentDomains::Yes mail
// of a domain under a listed one is signed with d= the listed one and i=@ the listed one, as
// OpenDKIM's SubDomains does.
#pragma once

#include "common/tables/pattern_list.hpp"
#include "milters/sign/key_directory.hpp"
#include "milters/sign/key_source.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace postern::sign {

class SingleKey final : public KeySource {
public:
    struct Settings {
        std::string domains; ///< list, or "file:/p", or "refile:/p"
        std::string selector;
        std::string key_file;
        ParentDomains parents = ParentDomains::No;
    };
    /// A missing or broken key is a problem: there is nothing else to sign with. Null then.
    static std::shared_ptr<const SingleKey>
    load(const Settings& settings, const std::shared_ptr<KeyRing>& ring, tables::Report& report);

    [[nodiscard]] Selection select(const message::Mailbox& from) const override;

private:
    [[nodiscard]] bool lists(const std::string& domain) const;
    [[nodiscard]] Selection choose(std::string domain, std::string identity) const;

    std::unordered_set<std::string> domains_;     ///< A-labels, or "*"
    std::optional<tables::PatternList> patterns_; ///< refile only
    std::string selector_;
    std::shared_ptr<const KeyFile> key_;
    ParentDomains parents_ = ParentDomains::No;
};

} // namespace postern::sign
