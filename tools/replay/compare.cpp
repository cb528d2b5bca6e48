#include "tools/replay/compare.hpp"

#include "common/base/text.hpp"
#include "common/message/tag_list.hpp"
#include "tools/replay/report.hpp"
#include "tools/replay/run.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
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

std::vector<std::string> comparable_edits(const Outcome& outcome) {
    std::vector<std::string> lines;
    for (const AppliedEdit& applied : outcome.edits)
        lines.push_back(comparable(applied.edit));
    return lines;
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

void print(const std::string& file, const std::vector<Difference>& found, const Options& options) {
    if (options.json) {
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

Outcome play_alone(const Setup& setup, const Prepared& mail) {
    Session session(setup, Session::Record::Edits);
    Outcome outcome = session.play(
        {.message = &mail.message, .envelope = &mail.envelope, .queue_id = mail.queue_id});
    session.end();
    return outcome;
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

std::vector<Difference> differences(const Outcome& first, const Outcome& second) {
    std::vector<Difference> found;
    if (verdict_line(first) != verdict_line(second))
        found.push_back({"verdict", verdict_line(first), verdict_line(second)});
    const auto a = comparable_edits(first), b = comparable_edits(second);
    const auto only_a = without(a, b), only_b = without(b, a);
    for (std::size_t i = 0; i < std::max(only_a.size(), only_b.size()); ++i)
        found.push_back({"modification", i < only_a.size() ? only_a[i] : std::string{},
                         i < only_b.size() ? only_b[i] : std::string{}});
    if (only_a.empty() && only_b.empty() && a != b)
        found.push_back({"order", join(a, " | "), join(b, " | ")});
    if (first.message && second.message && first.message->body != second.message->body)
        found.push_back({"body", std::to_string(first.message->body.size()) + " octets",
                         std::to_string(second.message->body.size()) + " octets"});
    if (first.envelope.sender != second.envelope.sender)
        found.push_back(
            {"sender", "<" + first.envelope.sender + ">", "<" + second.envelope.sender + ">"});
    if (first.envelope.recipients != second.envelope.recipients)
        found.push_back({"recipients", join(first.envelope.recipients, " "),
                         join(second.envelope.recipients, " ")});
    return found;
}

int run_compare(const Options& options) {
    int status = kAllAsExpected;
    std::size_t messages = 0, different = 0;
    Setup first = options.setup, second = options.setup;
    first.milters.erase(first.milters.begin() + 1);
    second.milters.erase(second.milters.begin());
    MessageSource source(options.files);
    while (auto item = source.next()) {
        if (!*item) {
            (void)fprintf(stderr, "postern-replay: %s\n", item->error().message.c_str());
            status = kFailed;
            continue;
        }
        const Prepared mail = prepare(**item, options);
        const Outcome a = play_alone(first, mail), b = play_alone(second, mail);
        for (const Outcome* outcome : {&a, &b})
            for (const std::string& error : outcome->errors) {
                (void)fprintf(stderr, "postern-replay: %s: %s\n", mail.file.c_str(), error.c_str());
                status = kFailed;
            }
        ++messages;
        const auto found = differences(a, b);
        if (found.empty()) continue;
        ++different;
        status = std::max<int>(status, kDifferent);
        print(mail.file, found, options);
        (void)fflush(stdout);
    }
    if (!options.json && !options.quiet)
        (void)printf("%zu of %zu messages differ\n", different, messages);
    return status;
}

} // namespace postern::replay
