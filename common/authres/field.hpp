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
    /// "smtp", "header", "policy", "body"; parse() leaves it empty where the text has none
    /// ("action=none").
    std::string type;
    std::string name; ///< "mailfrom", "d"
    std::string value;
    friend bool operator==(const Property&, const Property&) = default;
};

struct MethodResult {
    std::string method; ///< "dkim"
    std::string result; ///< "pass"
    std::string reason = {};
    /// Written behind the result in parentheses, our own words only: printable ASCII, parentheses
    /// in it as brackets, backslashes as slashes. Empty: none. Not kept by parse().
    std::string comment = {};
    std::vector<Property> properties = {};
    unsigned version = 1; ///< of the method
    friend bool operator==(const MethodResult&, const MethodResult&) = default;
};

struct Field {
    std::string authserv_id;
    std::vector<MethodResult> results = {}; ///< none: written as "none"
    unsigned version = 1;                   ///< of the field
    unsigned instance = 0; ///< i= of ARC-Authentication-Results; 0: Authentication-Results
    friend bool operator==(const Field&, const Field&) = default;
};

/// The value of the field, with its leading space, folded at 78 columns with CRLF + tab, one result
/// a line; a value that is longer stays whole. Whatever is in the values, parse(format(x)) == x but
/// for control characters, which are left out, and octets that are not UTF-8, which become "?";
/// nothing of it can end its quotes, its line or its field. Names of methods, results and
/// properties are the caller's own words: what no such name has is written as "-".
std::string format(const Field& field);

/// Reads a value as others write it: comments and folds anywhere, a closing ";", no result at all,
/// values that should have been quoted, properties without type, no authserv-id (then it is empty).
/// Methods, results and property names come in lower case, values as format() would write them. The
/// error says where it stops making sense; a version of the field other than 1 is one (RFC 8601
/// 2.2). Linear in the size of the value.
Result<Field> parse(std::string_view value);

} // namespace postern::authres
