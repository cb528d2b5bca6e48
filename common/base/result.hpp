// Result<T>: a value, or why it could not be had. "Could not be done" only: a bad signature is a
// verdict, not an error.
//
//     Result<std::string> text = read_file(path, {.limit = 1 << 20});
//     if (!text) return fail("cannot read " + path + ": " + text.error().message);
//     use(*text);
//
// An alias of tl::expected (std::expected is C++23 and not in the compilers we build with), same
// names.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace postern {

/// One sentence for a person, without a trailing full stop: what could not be done and why.
struct Error {
    std::string message;
    friend bool operator==(const Error&, const Error&) = default;
};

template <class T, class E = Error> using Result = tl::expected<T, E>;

/// For `return fail("...")` in a function that gives a Result with an Error.
inline tl::unexpected<Error> fail(std::string message) {
    return tl::unexpected<Error>(Error{std::move(message)});
}

} // namespace postern
