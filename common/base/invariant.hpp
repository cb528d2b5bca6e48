// Our own bugs, told apart from bad input. Postfix may panic because a process serves one session;
// ours serve many, so a broken invariant is thrown, caught at the session's edge, and costs one
// message a temporary failure.
#pragma once

#include <stdexcept>
#include <string>

namespace postern {

class BugError : public std::logic_error {
public:
    /// The place is the caller's (builtins of GCC and Clang: std::source_location does not work in
    /// Clang 14 with the library of GCC 12).
    explicit BugError(const std::string& what, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE())
        : std::logic_error("bug: " + what + " (" + file + ":" + std::to_string(line) + ")") {}
};

/// Throws BugError if our own assumption does not hold. Never for text from outside.
inline void invariant(bool holds, const char* what, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
    if (!holds) throw BugError(what, file, line);
}

} // namespace postern
