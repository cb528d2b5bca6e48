// Everything that is asked about one message, at its end: all questions known by then leave
// together, then SPF goes on round by round, all of it under one deadline.
//
//     dns::MessageResolver lookups(*config.resolver, {.questions = 100});
//     const Findings findings = check(subject, rules, verifier, lookups, deadline);
#pragma once

#include "common/base/ip.hpp"
#include "common/dkim/verifier.hpp"
#include "common/dns/resolver.hpp"
#include "common/spf/engine.hpp"
#include "milters/verify/iprev.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::verify {

/// Whose message it is, as the SMTP session told.
struct Subject {
    std::optional<IpAddress> client;
    std::string client_name; ///< as Postfix verified it; empty: it has none
    std::string helo;
    std::string sender;   ///< "local@domain", domain in A-labels; empty: the null sender
    bool legible = true;  ///< false: the sender is no address, `sender` is what there was
    std::string receiver; ///< our own host name
};

struct CheckRules {
    const spf::Engine* spf = nullptr; ///< null: SPF is not checked
    bool iprev = true;
};

struct Findings {
    std::vector<dkim::Verdict> dkim; ///< in the order of the header
    std::optional<spf::Verdict> mail_from, helo;
    std::optional<Iprev> iprev;

    /// What SPF says about the message: of its sender, of HELO for the null sender.
    [[nodiscard]] const spf::Verdict* spf() const noexcept {
        if (mail_from) return &*mail_from;
        return helo ? &*helo : nullptr;
    }
};

/// What SPF is asked about one identity; the subject has a client.
spf::Query spf_query(const Subject& subject, spf::Identity identity);

/// `verifier`: fed with the whole message, or null when there is none to ask. `lookups` should
/// remember what it was asked (MessageResolver).
Findings check(const Subject& subject, const CheckRules& rules, dkim::Verifier* verifier,
               dns::Resolver& lookups, const dns::Deadline& deadline);

} // namespace postern::verify
