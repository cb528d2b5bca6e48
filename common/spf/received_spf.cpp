#include "common/spf/received_spf.hpp"

#include "common/base/text.hpp"
#include "common/spf/record.hpp"

#include <algorithm>
#include <string_view>

namespace postern::spf {

namespace {

constexpr std::size_t kMaxValue = 320; // a local part of 64 octets, "@", a domain of 255

/// RFC 5322 3.2.3.
bool is_dot_atom(std::string_view text) noexcept {
    const auto is_atext = [](char c) {
        return is_alpha(c) || is_digit(c) ||
               std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
    };
    if (text.empty() || text.front() == '.' || text.back() == '.' ||
        text.find("..") != std::string_view::npos)
        return false;
    return std::all_of(text.begin(), text.end(), [&](char c) { return c == '.' || is_atext(c); });
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string_view comment_of(Status status) noexcept {
    switch (status) {
    case Status::None:
        return "nothing is published for the domain";
    case Status::Neutral:
        return "the domain says nothing about the client";
    case Status::Pass:
        return "the domain permits the client";
    case Status::Fail:
        return "the domain does not permit the client";
    case Status::SoftFail:
        return "the domain does probably not permit the client";
    case Status::TempError:
        return "DNS could not say";
    case Status::PermError:
        return "the published record cannot be used";
    }
    return "?";
}

} // namespace

std::string format_received_spf(const Query& query, const Verdict& verdict) {
    std::string out = " " + std::string(to_string(verdict.status)) + " (" +
                      std::string(comment_of(verdict.status)) + ")";
    std::string_view separator; // none before the first pair
    const auto add = [&](std::string_view key, std::string_view value) {
        const std::string clean = printable(value, kMaxValue);
        out += separator;
        out += "\r\n\t";
        out += key;
        out += '=';
        out += is_dot_atom(clean) ? clean : quoted(clean);
        separator = ";";
    };
    add("receiver", query.receiver.empty() ? "unknown" : std::string_view(query.receiver));
    add("identity", to_string(verdict.identity));
    add("client-ip", query.client.text());
    if (verdict.identity == Identity::MailFrom)
        add("envelope-from", query.mail_from.empty() ? "<>" : std::string_view(query.mail_from));
    add("helo", query.helo);
    if (!verdict.mechanism.empty()) add("mechanism", verdict.mechanism);
    if (!verdict.problem.empty()) add("problem", verdict.problem);
    return out;
}

} // namespace postern::spf
