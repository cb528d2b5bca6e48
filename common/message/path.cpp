// SMTP paths: no comments, no folds, but more tolerance for local parts than in header fields, as
// Postfix has it.
#include "common/base/text.hpp"
#include "common/message/address.hpp"

#include <algorithm>

namespace postern::message {

namespace {

constexpr std::size_t kMaxPathOctets = 4096; // RFC 5321 4.5.3.1.3 says 256; Postfix bears more

/// The local part from `text`, unquoted; what is behind it stays in `text`.
Result<std::string> take_local_part(std::string_view& text) {
    std::string local;
    if (!text.empty() && text.front() == '"') {
        std::size_t at = 1;
        for (; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\\' && ++at == text.size()) break;
            local.push_back(text[at]);
        }
        if (at >= text.size()) return fail("a quote that does not end");
        text.remove_prefix(at + 1);
    } else {
        const std::size_t end = std::min(text.find('@'), text.size());
        local = text.substr(0, end);
        text.remove_prefix(end);
        if (local.find_first_of(" \"<>()[]\\,;:") != std::string::npos)
            return fail("a local part that needs quotes");
    }
    return local;
}

} // namespace

Result<Path> parse_path(std::string_view text) {
    if (text.size() > kMaxPathOctets) return fail("too long");
    if (std::any_of(text.begin(), text.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        return fail("a control character");
    if (!text.empty() && text.front() == '<') {
        if (text.size() < 2 || text.back() != '>') return fail("a \"<\" without its \">\"");
        text = text.substr(1, text.size() - 2);
    }
    if (text.empty()) return Path{};
    if (text.front() == '@') { // a source route
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) return fail("a broken source route");
        text.remove_prefix(colon + 1);
    }
    Path path;
    auto local = take_local_part(text);
    if (!local) return fail(local.error().message);
    path.local_part = std::move(*local);
    if (path.local_part.empty()) return fail("no local part");
    if (text.empty()) return path;
    if (text.front() != '@') return fail("text after a quoted local part");
    text.remove_prefix(1);
    path.domain = text;
    if (path.domain.empty()) return fail("no domain");
    if (path.domain.find('@') != std::string::npos) return fail("two @");
    if (path.domain.find_first_of(" \"<>()\\,;") != std::string::npos)
        return fail("a domain with characters no domain has");
    return path;
}

} // namespace postern::message
