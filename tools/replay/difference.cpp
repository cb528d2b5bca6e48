#include "tools/replay/difference.hpp"

#include "common/base/text.hpp"
#include "common/crypto/digest.hpp"
#include "common/message/tag_list.hpp"
#include "tools/replay/report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace postern::replay {

using postfix::Modification;

namespace {

/// Folds and runs of blanks as one blank.
std::string unfolded(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (!is_space(c))
            out.push_back(c);
        else if (!out.empty() && out.back() != ' ')
            out.push_back(' ');
    }
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

/// What a signature promises, without what differs from one signing to the next.
std::string signature_tags(std::string_view value) {
    std::string wire; // as on the wire: folds are CRLF
    for (const char c : value)
        if (c == '\n')
            wire.append("\r\n");
        else if (c != '\r')
            wire.push_back(c);
    const auto tags = message::TagList::parse(wire);
    if (!tags) return unfolded(value);
    const auto tag = [&](std::string_view name) {
        return message::without_folding(tags->find(name).value_or(std::string_view{}));
    };
    std::string canonical = tag("c");
    if (canonical.empty()) canonical = "simple";
    if (canonical.find('/') == std::string::npos) canonical += "/simple";
    std::string identity = tag("i");
    if (identity.empty()) identity = "@" + tag("d");
    std::string out = "d=" + to_lower(tag("d")) + "; s=" + to_lower(tag("s")) + "; a=" + tag("a") +
                      "; c=" + canonical + "; i=" + identity + "; h=" + to_lower(tag("h")) +
                      "; bh=" + tag("bh");
    if (const auto length = tags->find("l")) out += "; l=" + std::string(*length);
    return out;
}

/// What `from` has more often than `other`, in the order of `from`.
std::vector<std::string> without(std::vector<std::string> from,
                                 const std::vector<std::string>& other) {
    for (const std::string& line : other)
        if (const auto found = std::find(from.begin(), from.end(), line); found != from.end())
            from.erase(found);
    return from;
}

/// The reply without the queue id, which is another one each time.
std::string plain_reply(const Outcome& outcome) {
    return outcome.verdict == Verdict::Accept || outcome.verdict == Verdict::Quarantine ||
                   outcome.verdict == Verdict::Discard
               ? std::string("250")
               : outcome.reply;
}

std::string verdict_line(const Outcome& outcome) {
    return std::string(to_string(outcome.verdict)) + " (" + plain_reply(outcome) + ")";
}

/// "20311 octets, sha256 ab12cd34...": equal for equal bodies only.
std::string body_line(std::string_view body) {
    std::string line = std::to_string(body.size()) + " octets, sha256 ";
    for (const std::uint8_t octet : crypto::sha256(body)) {
        constexpr std::string_view kHex = "0123456789abcdef";
        line += kHex[octet >> 4];
        line += kHex[octet & 15];
    }
    return line;
}

} // namespace

std::string comparable(const Modification& edit) {
    std::string line(postfix::to_string(edit.type));
    if (edit.type != Modification::Type::AddHeader && edit.type <= Modification::Type::DeleteHeader)
        line += " [" + std::to_string(edit.index) + "]";
    if (!edit.name.empty()) {
        const bool address = edit.type >= Modification::Type::ChangeSender;
        line += " " + (address ? std::string(postfix::without_brackets(edit.name)) : edit.name);
    }
    if (edit.type == Modification::Type::ReplaceBody)
        return line + " (" + std::to_string(edit.value.size()) + " octets)";
    if (iequals(edit.name, "DKIM-Signature") && !edit.value.empty())
        line += ": " + signature_tags(edit.value);
    else if (!edit.value.empty())
        line += ": " + unfolded(edit.value);
    if (!edit.args.empty()) line += " " + edit.args;
    return line;
}

Summary summarize(const Outcome& outcome) {
    Summary summary{.verdict = verdict_line(outcome),
                    .edits = {},
                    .body = {},
                    .sender = outcome.envelope.sender,
                    .recipients = outcome.envelope.recipients};
    for (const AppliedEdit& applied : outcome.edits)
        summary.edits.push_back(comparable(applied.edit));
    if (outcome.message) summary.body = body_line(outcome.message->body);
    return summary;
}

std::vector<Difference> differences(const Summary& first, const Summary& second) {
    std::vector<Difference> found;
    if (first.verdict != second.verdict)
        found.push_back({"verdict", first.verdict, second.verdict});
    const auto only_a = without(first.edits, second.edits),
               only_b = without(second.edits, first.edits);
    for (std::size_t i = 0; i < std::max(only_a.size(), only_b.size()); ++i)
        found.push_back({"modification", i < only_a.size() ? only_a[i] : std::string{},
                         i < only_b.size() ? only_b[i] : std::string{}});
    if (only_a.empty() && only_b.empty() && first.edits != second.edits)
        found.push_back({"order", join(first.edits, " | "), join(second.edits, " | ")});
    if (first.body != second.body) found.push_back({"body", first.body, second.body});
    if (first.sender != second.sender)
        found.push_back({"sender", "<" + first.sender + ">", "<" + second.sender + ">"});
    if (first.recipients != second.recipients)
        found.push_back({"recipients", join(first.recipients, " "), join(second.recipients, " ")});
    return found;
}

void print(const std::string& file, const std::vector<Difference>& found, ReportForm form) {
    if (form == ReportForm::Json) {
        nlohmann::ordered_json object{{"file", file},
                                      {"differences", nlohmann::ordered_json::array()}};
        for (const Difference& difference : found)
            object["differences"].push_back({{"what", difference.what},
                                             {"first", difference.first},
                                             {"second", difference.second}});
        (void)puts(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
        return;
    }
    (void)printf("%s:\n", printable(file).c_str());
    for (const Difference& difference : found) {
        (void)printf("  %s\n", difference.what.c_str());
        if (!difference.first.empty())
            (void)printf("    < %s\n", printable(difference.first).c_str());
        if (!difference.second.empty())
            (void)printf("    > %s\n", printable(difference.second).c_str());
    }
}

} // namespace postern::replay
