// One Authentication-Results field as a value (RFC 8601 2.2): written strictly, read liberally.
//
//     Field field{.authserv_id = "mx.example.org"};
//     field.results.push_back({.method = "dkim", .result = "pass",
//                              .properties = {{"header", "d", "example.com"}}});
//     actions.insert_header(0, "Authentication-Results", format(field));
//
// What is read here is shown to people and to `postern authres parse`; no verdict is ever taken
// from it.
#pragma once

#include "common/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::authres {

/// ptype.property=value; the value without quotes and escapes.
struct Property {
    std::string type; ///< "smtp", "header", "policy", "body"
    std::string name; ///< "mailfrom", "d"
    std::string value;
    friend bool operator==(const Property&, const Property&) = default;
};

struct MethodResult {
    std::string method; ///< "dkim"
    std::string result; ///< "pass"
    std::string reason = {};
    /// Written behind the result in parentheses, our own words only; empty: none. Not kept by
    /// parse().
    std::string comment = {};
    std::vector<Property> properties = {};
    unsigned version = 1; ///< of the method
    friend bool operator==(const MethodResult&, const MethodResult&) = default;
};

struct Field {
    std::string authserv_id;
    std::vector<MethodResult> results = {}; ///< none: written as "none"
    unsigned version = 1;                   ///< of the field
    friend bool operator==(const Field&, const Field&) = default;
};

/// The value of the field, with its leading space, folded at 78 columns with CRLF + tab, one result
/// a line. Whatever is in the properties, parse(format(x)) == x but for control characters, which
/// are left out, and nothing of it can end its quotes, its line or its field.
std::string format(const Field& field);

/// Reads a value as others write it: comments and folds anywhere, a closing ";", no result at all,
/// values that should have been quoted. The error says where it stops making sense.
Result<Field> parse(std::string_view value);

} // namespace postern::authres
