// The signed message of RFC 8463 A.3 with the DNS of A.2, and a world around it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace postern::testing_support {

/// Name and value with CRLF folds, as a session is told them.
using RawField = std::pair<std::string_view, std::string_view>;

inline constexpr RawField kEd25519Signature{
    "DKIM-Signature", " v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                      " d=football.example.com; i=@football.example.com;\r\n"
                      " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                      " subject : date : message-id : from : subject : date;\r\n"
                      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                      " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
                      " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="};
inline constexpr RawField kRsaSignature{
    "DKIM-Signature", " v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                      " d=football.example.com; i=@football.example.com;\r\n"
                      " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
                      " date : message-id : from : subject : date;\r\n"
                      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                      " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
                      " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
                      " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="};
inline constexpr std::array<RawField, 5> kFields{{
    {"From", " Joe SixPack <joe@football.example.com>"},
    {"To", " Suzie Q <suzie@shopping.example.net>"},
    {"Subject", " Is dinner ready?"},
    {"Date", " Fri, 11 Jul 2003 21:00:37 -0700 (PDT)"},
    {"Message-ID", " <20030712040037.46341.5F8J@football.example.com>"},
}};
inline constexpr std::string_view kBody =
    "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
/// Both t= are from then.
inline constexpr std::int64_t kSignedAt = 1528637909;

/// The keys, and a client 192.0.2.1 that may send for the domain.
inline constexpr std::string_view kZone = R"(
brisbane._domainkey.football.example.com. IN TXT (
 "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
test._domainkey.football.example.com. IN TXT (
 "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
 "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
 "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
 "Ip3G+2kryOTIKT+l/K4w3QIDAQAB")
football.example.com. IN TXT "v=spf1 ip4:192.0.2.1 -all"
mx.football.example.com. IN TXT "v=spf1 a -all"
mx.football.example.com. IN A 192.0.2.1
1.2.0.192.in-addr.arpa. IN PTR mx.football.example.com.
)";

} // namespace postern::testing_support
