#include "common/base/domain.hpp"

#include "common/base/text.hpp"

#include <idn2.h>

#include <memory>

namespace postern {
namespace {

Result<std::string> check_ascii(std::string name) {
    if (name.empty()) return fail("empty domain name");
    if (name.size() > 253) return fail("domain name longer than 253 octets");
    std::size_t label = 0;
    for (const char c : name) {
        if (c == '.') {
            if (label == 0) return fail("empty label in domain name");
            label = 0;
            continue;
        }
        if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_')
            return fail("unexpected character in domain name");
        if (++label > 63) return fail("label longer than 63 octets");
    }
    if (label == 0) return fail("empty label in domain name");
    return name;
}

} // namespace

Result<std::string> to_a_labels(std::string_view domain) {
    if (!domain.empty() && domain.back() == '.') domain.remove_suffix(1);
    if (is_ascii(domain)) return check_ascii(to_lower(domain));
    if (domain.size() > 1000 || !is_utf8(domain)) return fail("domain name is not valid UTF-8");

    const std::string terminated(domain);
    if (terminated.find('\0') != std::string::npos) return fail("NUL in domain name");
    char* raw = nullptr;
    const int code =
        idn2_to_ascii_8z(terminated.c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, decltype(&idn2_free)> owned(raw, idn2_free);
    if (code != IDN2_OK)
        return fail(std::string("not an internationalized domain name: ") + idn2_strerror(code));
    return check_ascii(to_lower(owned.get()));
}

bool is_same_or_below(std::string_view domain, std::string_view parent) noexcept {
    if (parent.empty() || !iends_with(domain, parent)) return false;
    return domain.size() == parent.size() || domain[domain.size() - parent.size() - 1] == '.';
}

std::string_view parent_domain(std::string_view domain) noexcept {
    const auto dot = domain.find('.');
    return dot == std::string_view::npos ? std::string_view{} : domain.substr(dot + 1);
}

} // namespace postern
