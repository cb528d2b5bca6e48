#include "tools/postern/key_record.hpp"

#include "common/base/base64.hpp"

namespace postern::tool {
namespace {

/// In a quoted string of a zone file only these two need a backslash (RFC 1035 5.1); a key record
/// has neither, other records may.
std::string quoted_string(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result.push_back('\\');
        result.push_back(c);
    }
    return result + "\"";
}

} // namespace

std::string key_record_text(const crypto::PrivateKey& key) {
    const char* type = key.type() == crypto::KeyType::Rsa ? "rsa" : "ed25519";
    return std::string("v=DKIM1; k=") + type + "; p=" + base64_encode(key.public_key());
}

std::string key_record_name(std::string_view selector, std::string_view domain) {
    return std::string(selector).append("._domainkey.").append(domain);
}

std::vector<std::string> split_txt(std::string_view text) {
    std::vector<std::string> strings;
    do {
        strings.emplace_back(text.substr(0, kMaxTxtString));
        text.remove_prefix(strings.back().size());
    } while (!text.empty());
    return strings;
}

std::string zone_entry(std::string_view name, std::string_view text) {
    const std::vector<std::string> strings = split_txt(text);
    std::string entry = std::string(name) + ". IN TXT";
    if (strings.size() == 1) return entry + " " + quoted_string(strings.front()) + "\n";
    entry += " (\n";
    for (const std::string& string : strings)
        entry += "        " + quoted_string(string) + "\n";
    return entry + "        )\n";
}

} // namespace postern::tool
