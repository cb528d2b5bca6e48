#include "milters/sign/local_part.hpp"

#include <algorithm>

namespace postern::sign {

bool needs_quotes(std::string_view local) noexcept {
    if (local.empty()) return false;
    if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
        return true;
    return std::any_of(local.begin(), local.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' ||
               std::string_view("()<>[]:;@\\,\"").find(c) != std::string_view::npos;
    });
}

std::string quoted_local_part(std::string_view local) {
    std::string text = "\"";
    for (const char c : local) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

std::string written_local_part(std::string_view local) {
    return needs_quotes(local) ? quoted_local_part(local) : std::string(local);
}

} // namespace postern::sign
