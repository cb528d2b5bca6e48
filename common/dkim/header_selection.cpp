#include "common/dkim/header_selection.hpp"

#include "common/base/text.hpp"
#include "common/dkim/signed_fields.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace postern::dkim {
namespace {

constexpr std::string_view kFrom = "From";

// RFC 6376 5.4.1, and beside it: the MIME fields (they decide how the body is read), Sender and
// Message-ID, the one-click unsubscription that receivers honour only when signed (RFC 8058 4),
// Resent-Sender and Resent-Message-ID (of a set with the Resent fields named there), Feedback-ID
// (Gmail reports only on signed ones), Autocrypt and OpenPGP (they carry keys). Left out on
// purpose: trace fields (Received, Return-Path, 5.4.1 "SHOULD NOT"), Bcc, Comments, Keywords.
constexpr std::array<std::string_view, 33> kSign = {"From",
                                                    "Reply-To",
                                                    "Subject",
                                                    "Date",
                                                    "To",
                                                    "Cc",
                                                    "Message-ID",
                                                    "MIME-Version",
                                                    "Content-Type",
                                                    "Content-Transfer-Encoding",
                                                    "Sender",
                                                    "In-Reply-To",
                                                    "References",
                                                    "Content-ID",
                                                    "Content-Description",
                                                    "Content-Disposition",
                                                    "Resent-Date",
                                                    "Resent-From",
                                                    "Resent-Sender",
                                                    "Resent-To",
                                                    "Resent-Cc",
                                                    "Resent-Message-ID",
                                                    "List-Id",
                                                    "List-Help",
                                                    "List-Unsubscribe",
                                                    "List-Unsubscribe-Post",
                                                    "List-Subscribe",
                                                    "List-Post",
                                                    "List-Owner",
                                                    "List-Archive",
                                                    "Feedback-ID",
                                                    "Autocrypt",
                                                    "OpenPGP"};

// What a forger adds to a signed message to change who it seems to come from, where an answer goes,
// what it says or how its body is shown: fields that RFC 5322 and 2045 allow once and that programs
// read first or last at will. Not here, although signed:
// - Sender, List-*, Resent-*: mailing lists and resenders add them to mail they leave whole
//   otherwise; the signature shall survive that.
// - In-Reply-To, References: a forged one moves the message to another thread, no more, and
// gateways
//   add them.
// A message without Date or Message-ID is oversigned, too: a later relay that adds the missing
// field breaks the signature. postern-sign warns of such messages (fragile=).
constexpr std::array<std::string_view, 10> kOversign = {
    "From", "Reply-To",   "Subject",      "Date",         "To",
    "Cc",   "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"};

using Names = std::vector<std::string>;

bool has(std::span<const std::string> names, std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& have) { return iequals(have, name); });
}
void add(Names& names, std::string_view name) {
    if (!has(names, name)) names.emplace_back(name);
}

/// field-name of RFC 5322 3.6.8; and no semicolon, which would end h= (RFC 6376 3.5, hdr-name).
/// Names with "*" or a leading sign are allowed there and exist nowhere: here they are slips of the
/// pen.
bool is_field_name(std::string_view name) noexcept {
    return !name.empty() && name.front() != '+' && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return c > ' ' && c < '\x7F' && c != ':' && c != ';' && c != '*';
           });
}

Result<Names> parse_list(std::string_view list, std::string_view text,
                         std::span<const std::string_view> defaults) {
    const auto refuse = [&](std::string_view word, std::string_view why) {
        return fail(std::string(list) + ": \"" + std::string(word.substr(0, 50)) + "\" " +
                    std::string(why));
    };
    const auto words = split_list(text);
    if (words.size() > HeaderSelection::kMaxNames)
        return fail(std::string(list) + ": more than " +
                    std::to_string(HeaderSelection::kMaxNames) + " names");
    const bool delta = std::find(words.begin(), words.end(), "*") != words.end();
    Names names;
    if (delta)
        for (const std::string_view name : defaults)
            names.emplace_back(name);
    for (std::string_view word : words) {
        if (word == "*") continue;
        const char sign = word.front();
        if (sign == '+' || sign == '-') {
            if (!delta)
                return refuse(word, "changes the default list, which needs a \"*\" as well");
            word.remove_prefix(1);
        }
        if (!is_field_name(word)) return refuse(word, "is not the name of a header field");
        if (word.size() > HeaderSelection::kMaxNameSize) return refuse(word, "is too long a name");
        if (sign == '-')
            std::erase_if(names, [&](const std::string& have) { return iequals(have, word); });
        else
            add(names, word);
    }
    if (!has(names, kFrom)) names.emplace(names.begin(), kFrom);
    return names;
}

} // namespace

Result<HeaderSelection> HeaderSelection::parse(std::string_view sign, std::string_view oversign) {
    auto signed_names = parse_list("signed header fields", sign, kSign);
    if (!signed_names) return tl::unexpected(signed_names.error());
    auto oversigned = parse_list("oversigned header fields", oversign, kOversign);
    if (!oversigned) return tl::unexpected(oversigned.error());
    for (const std::string& name : *oversigned)
        add(*signed_names, name);
    return HeaderSelection{std::move(*signed_names), std::move(*oversigned)};
}

HeaderSelection HeaderSelection::defaults() {
    return {Names(kSign.begin(), kSign.end()), Names(kOversign.begin(), kOversign.end())};
}

Names HeaderSelection::names_for(const message::HeaderBlock& headers) const {
    const FieldStacks listed(headers, sign);
    Names names;
    names.reserve(headers.size() + oversign.size() + 1);
    // Every selected field in the order and spelling of the message, then once more what may not be
    // added: OpenDKIM's order, so that the same tables give the same h=. A value put together by
    // hand may lack what parse() sees to: From in both lists, and in `sign` what is in `oversign`.
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const std::string_view name = headers[i].name;
        if (listed.left(name) > 0 || iequals(name, kFrom) || has(oversign, name))
            names.emplace_back(name);
    }
    if (!has(oversign, kFrom)) names.emplace_back(kFrom);
    names.insert(names.end(), oversign.begin(), oversign.end());
    return names;
}

Result<Names> HeaderSelection::bounded_names_for(const message::HeaderBlock& headers) const {
    // The header bounds what names_for() can give, so it is made first and measured then.
    Names names = names_for(headers);
    if (names.size() > kMaxEntries)
        return fail("the message has " + std::to_string(names.size()) +
                    " header fields to sign, more than the " + std::to_string(kMaxEntries) +
                    " a signature may list");
    std::size_t octets = 0;
    for (const std::string& name : names)
        octets += name.size() + 1;
    if (octets > kMaxOctets)
        return fail("the names of the header fields to sign take " + std::to_string(octets) +
                    " octets, more than the " + std::to_string(kMaxOctets) +
                    " a signature may list");
    return names;
}

} // namespace postern::dkim
