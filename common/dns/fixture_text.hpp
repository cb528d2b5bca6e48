// The two forms of fixture files. FixtureResolver::parse() tells them apart.
#pragma once

#include "common/base/result.hpp"
#include "common/dns/fixture.hpp"

#include <string>
#include <string_view>

namespace postern::dns {

/// One object, a member for each question:
///
///     {"example.org. TXT": ["v=spf1 mx -all"],      the records; TXT joined, every string one
///      "example.org. MX": ["10 mail.example.org."],
///      "mail.example.org. A": [],                   there, without records of this type
///      "example.net. TXT": "SERVFAIL",              or NXDOMAIN, NODATA, TIMEOUT, BOGUS
///      "example.com. ANY": "TIMEOUT",               every type without a member of its own
///      "example.org. AAAA": {"records": ["2001:db8::1"], "ttl": 60, "ad": true},
///      "x.example.org. TXT": [{"base64": "//4="}]}  octets that are no UTF-8
///
/// What is not there does not exist; a name with other types only has no data. In names "\." and
/// "\DDD" are as in zone files.
Result<FixtureResolver> parse_fixture_json(std::string_view text, const std::string& name);

/// A master file (RFC 1035 5.1, RFC 2308 4): $ORIGIN, $TTL, comments, parentheses, quoted strings,
/// "\X" and "\DDD", "@", relative names, names left out, TTL and class in either order. TTLs may
/// have units (1h30m). A quoted string may be longer than 255 octets. No $INCLUDE. Records of types
/// unknown here only make their name exist. In addition, for what zones cannot say:
///
///     $FAIL name [type] outcome   SERVFAIL, TIMEOUT, NXDOMAIN, NODATA or BOGUS in place of any
///                                 records; without a type, or with ANY, for every type
///     $DELAY [name] time          answers take so long: 200ms, 3s, 3; without a name: every answer
///
/// Unlike a real server's zone no SOA is needed, and names of any zone may stand together.
Result<FixtureResolver> parse_fixture_zone(std::string_view text, const std::string& name);

} // namespace postern::dns
