// Records and names as text: the way zone files and the JSON fixtures write them.
//
//     parse_record_text(RecordType::MX, "10 mail.example.org.")->text == "mail.example.org"
//     format_name("a b.example.org") == "a\032b.example.org."
#pragma once

#include "common/base/result.hpp"
#include "common/dns/resolver.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postern::dns {

/// RFC 1035 5.1: "\X" is the character X, "\DDD" the octet of that decimal number. Names without a
/// closing dot are completed with `origin` (a name as resolver.hpp has them; empty: the root).
/// Result as resolver.hpp has them.
Result<std::string> parse_name_text(std::string_view text, std::string_view origin = {});
/// A name of resolver.hpp as parse_name_text() reads it: only printable ASCII, closing dot.
std::string format_name(std::string_view name);

/// A, AAAA: the address. MX: "preference name". PTR, NS, CNAME, DNAME: the name. TXT: the text as
/// it is, every octet for itself. Other types: the text as it is.
Result<Record> parse_record_text(RecordType type, std::string_view text,
                                 std::string_view origin = {});
/// As parse_record_text() reads it.
std::string format_record_text(RecordType type, const Record& record);

} // namespace postern::dns
