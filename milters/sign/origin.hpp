// Is this message ours to sign? A pure function of what the MTA says about the client and of the
// configuration; any one sign is enough.
#pragma once

#include "common/base/ip.hpp"
#include "common/base/result.hpp"
#include "common/tables/host_list.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::sign {

/// "{daemon_name}=ORIGINATING|SUBMISSION": the macro has one of the values (letters' case matters);
/// without values: it is set at all, that is, not empty.
struct MacroRule {
    std::string macro; ///< as Actions::macro wants it: "{daemon_name}", "i"
    std::vector<std::string> values;
    friend bool operator==(const MacroRule&, const MacroRule&) = default;
};

/// OpenDKIM's MacroList: rules separated by commas; braces may be left out ("daemon_name=X").
Result<std::vector<MacroRule>> parse_macro_rules(std::string_view text);

struct OriginRules {
    tables::HostList internal_hosts;
    std::vector<std::string> daemon_names; ///< OpenDKIM's MTA; letters' case matters
    std::vector<MacroRule> macros;
    bool login = true;            ///< a SASL login makes mail ours
    bool local_submission = true; ///< and so does coming by sendmail(1) or the like
};

struct OriginFacts {
    std::string_view client_name;
    std::optional<IpAddress> client;
    std::string_view auth_type; ///< {auth_type}
    bool non_smtp = false;      ///< came through non_smtpd_milters
    /// Value of a macro, empty when it is not set. May be empty if no rule asks for macros.
    std::function<std::string_view(const std::string& name)> macro;
};

struct Origin {
    bool trusted = false;
    /// "login", "internal-hosts", "daemon-name", "macro {name}", "local submission"; for untrusted
    /// mail "not from us: no login, client not internal".
    std::string why;
};

/// The order is that of the words above, so the log always names the same reason.
Origin judge_origin(const OriginRules& rules, const OriginFacts& facts);

} // namespace postern::sign
