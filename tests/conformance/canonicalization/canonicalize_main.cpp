// Canonical forms from the command line, for comparison with other implementations. One case a line
// on stdin, one answer a line on stdout, octets in hexadecimal:
//
//     body relaxed 3 6120200d0a          chunks of 3 octets; 0 is all at once
//     header relaxed 0 413a2078          a field as on the wire, without its closing CRLF
#include "common/base/text.hpp"
#include "common/message/canonical_body.hpp"
#include "common/message/canonical_header.hpp"
#include "common/message/header.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

using namespace postern;
using namespace postern::message;

namespace {

std::string from_hex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out.push_back(static_cast<char>(parse_number<unsigned>(hex.substr(i, 2), 16).value()));
    return out;
}

std::string to_hex(std::string_view text) {
    std::string out;
    for (const char c : text) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
        out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
    }
    return out;
}

std::string canonical_body(std::string_view body, Canonicalization form, std::size_t chunk) {
    std::string out;
    const auto sink = [&](std::string_view octets) { out.append(octets); };
    BodyCanonicalizer canonicalizer(form);
    if (chunk == 0) chunk = std::max<std::size_t>(body.size(), 1);
    for (std::size_t at = 0; at < body.size(); at += chunk)
        canonicalizer.update(body.substr(at, chunk), sink);
    canonicalizer.finish(sink);
    return out;
}

std::string canonical_field(std::string_view field, Canonicalization form) {
    const auto halves = cut(field, ':').value();
    HeaderBlock block;
    block.add(halves.before, halves.after);
    std::string out;
    append_canonical_header(out, block[0], form);
    return out;
}

} // namespace

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string kind, form_name, hex;
        std::size_t chunk = 0;
        words >> kind >> form_name >> chunk >> hex;
        const auto form = parse_canonicalization(form_name).value();
        const std::string octets = from_hex(hex);
        const std::string canonical =
            kind == "body" ? canonical_body(octets, form, chunk) : canonical_field(octets, form);
        std::puts(to_hex(canonical).c_str());
    }
    return 0;
}
