// require-login-match: may this SASL login write as this author? A table like Postfix's
// smtpd_sender_login_maps: address or @domain, then the logins that own it.
//
// Looked up as Postfix does (postconf(5), smtpd_sender_login_maps): user+ext@domain, then
// user@domain without the extension, then @domain; letters of either case match. The lookup of
// "user" alone, which Postfix does for domains in $mydestination, is not done: we do not know
// Postfix's idea of local domains, so write user@domain.
#pragma once

#include "common/base/text.hpp"
#include "common/tables/report.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace postern::config {
class TableFile;
}

namespace postern::sign {

enum class Ownership : std::uint8_t { Owned, NotOwned, UnknownSender };

class LoginMap {
public:
    /// `path`: a text table, as Postfix reads texthash:; the prefix "texthash:" may stand before
    /// it. `delimiters`: Postfix's recipient_delimiter, may be empty.
    static LoginMap load(std::string_view path, std::string_view delimiters,
                         tables::Report& report);
    static LoginMap parse(std::string_view text, const std::string& name,
                          std::string_view delimiters, tables::Report& report);

    [[nodiscard]] Ownership check(std::string_view login, std::string_view user,
                                  std::string_view domain) const;
    [[nodiscard]] std::size_t size() const noexcept { return logins_.size(); }

private:
    LoginMap() = default;
    LoginMap(const config::TableFile& table, std::string_view delimiters, tables::Report& report);
    [[nodiscard]] const std::string* find(std::string_view user, std::string_view domain) const;

    std::unordered_map<std::string, std::string, CaseInsensitiveHash, CaseInsensitiveEqual> logins_;
    std::string delimiters_;
};

} // namespace postern::sign
