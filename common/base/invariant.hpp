// Our own bugs, told apart from bad input. Postfix may panic because a process serves one session;
// ours serve many, so a broken invariant is thrown, caught at the session's edge, and costs one
// message a temporary failure.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace postern {

class BugError : public std::logic_error {
public:
    explicit BugError(const std::string& what,
                      std::source_location where = std::source_location::current())
        : std::logic_error("bug: " + what + " (" + where.file_name() + ":" +
                           std::to_string(where.line()) + ")") {}
};

/// Throws BugError if our own assumption does not hold. Never for text from outside.
inline void invariant(bool holds, const char* what,
                      std::source_location where = std::source_location::current()) {
    if (!holds) throw BugError(what, where);
}

} // namespace postern
