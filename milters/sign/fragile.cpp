#include "milters/sign/fragile.hpp"

#include "common/base/text.hpp"
#include "common/message/tag_list.hpp"

#include <algorithm>
#include <string_view>

namespace postern::sign {
namespace {

/// Is there a signature by one of these keys already (RFC 6376 3.5: d= and s= name the key)?
bool signed_before(const message::HeaderBlock& headers, std::span<const std::string> keys) {
    constexpr std::size_t kLookedAt = 50; // a message with more signatures tells nobody anything
    std::size_t looked_at = 0;
    for (std::size_t i = 0; i < headers.size() && looked_at < kLookedAt; ++i) {
        if (!iequals(headers[i].name, "DKIM-Signature")) continue;
        ++looked_at;
        const auto tags = message::TagList::parse(headers[i].value);
        if (!tags) continue;
        const std::string key = message::without_folding(tags->find("s").value_or("")) +
                                "._domainkey." +
                                message::without_folding(tags->find("d").value_or(""));
        if (std::any_of(keys.begin(), keys.end(),
                        [&](const std::string& ours) { return iequals(ours, key); }))
            return true;
    }
    return false;
}

} // namespace

std::string fragile_points(const message::HeaderBlock& headers, const message::BodySurvey& survey,
                           std::span<const std::string> keys) {
    std::string points;
    const auto add = [&points](bool applies, std::string_view point) {
        if (!applies) return;
        if (!points.empty()) points += ',';
        points += point;
    };
    add(survey.longest_line() > 0, "long-line");
    add(survey.has_8bit(), "8bit");
    add(survey.has_bare_cr(), "bare-cr");
    add(survey.has_bare_lf(), "bare-lf");
    add(survey.has_nul(), "nul");
    add(headers.count("Date") == 0, "no-date");
    add(headers.count("Message-ID") == 0, "no-message-id");
    add(signed_before(headers, keys), "own-signature");
    return points;
}

} // namespace postern::sign
