// Who is checked: the domain and sender that RFC 7208 4.1 and 4.3 make of a MAIL FROM or a HELO.
#pragma once

#include "common/base/result.hpp"
#include "common/spf/engine.hpp"
#include "common/spf/macro.hpp"

#include <string>

namespace postern::spf {

struct Subject {
    std::string
        domain; ///< whose record is asked first: A-labels in lower case, without closing dot
    std::string sender; ///< local part, "@", domain
    std::string local;  ///< "postmaster" where there is none
    /// A local part with octets above ASCII: terms that use it match nothing (RFC 8616 4).
    [[nodiscard]] bool is_local_ascii() const noexcept;
};

/// The error says why there is nothing to check (None of RFC 7208 4.3): no domain, one without
/// dots, an address literal, a malformed name.
Result<Subject> subject_of(const Query& query);

/// What the macros of a record at `domain` stand for; %{p} is "unknown" until somebody knows.
MacroValues macro_values(const Query& query, const Subject& subject, std::string domain,
                         std::int64_t unix_time);

} // namespace postern::spf
