#include "tools/replay/report.hpp"

#include "common/base/text.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace postern::replay {

using nlohmann::ordered_json;
using postfix::Modification;

namespace {

/// The value without the one space that stands between colon and text by custom.
std::string_view shown_value(const Modification& edit) {
    std::string_view value = edit.value;
    if (edit.separator.empty() && value.starts_with(' ')) value.remove_prefix(1);
    return value;
}

bool is_header_edit(Modification::Type type) { return type <= Modification::Type::DeleteHeader; }

ordered_json to_json(const AppliedEdit& applied, const Setup& setup) {
    using Type = Modification::Type;
    const Modification& edit = applied.edit;
    ordered_json object{{"type", postfix::to_string(edit.type)}};
    if (setup.milters.size() > 1) object["milter"] = setup.milters[applied.milter].address.text();
    switch (edit.type) {
    case Type::InsertHeader:
    case Type::ChangeHeader:
    case Type::DeleteHeader:
        object["index"] = edit.index;
        [[fallthrough]];
    case Type::AddHeader:
        object["name"] = edit.name;
        if (edit.type == Type::DeleteHeader) break;
        object["value"] = shown_value(edit);
        // False: the filter negotiated leading space and brought none, so "Name:value" results.
        object["space"] = !edit.separator.empty() || edit.value.starts_with(' ');
        break;
    case Type::ChangeSender:
    case Type::AddRecipient:
    case Type::DeleteRecipient:
        object["address"] = edit.name;
        if (!edit.args.empty()) object["args"] = edit.args;
        break;
    case Type::ReplaceBody:
        object["octets"] = edit.value.size();
        break;
    case Type::Quarantine:
        object["reason"] = edit.value;
        break;
    }
    return object;
}

std::string describe(const Modification& edit) {
    std::string line(postfix::to_string(edit.type));
    if (is_header_edit(edit.type)) {
        if (edit.type != Modification::Type::AddHeader)
            line += " [" + std::to_string(edit.index) + "]";
        line += " " + printable(edit.name);
        if (edit.type == Modification::Type::DeleteHeader) return line;
        line += ": ";
        for (const char c : shown_value(edit))
            if (c == '\n')
                line += "\n        ";
            else
                line += printable(std::string_view(&c, 1));
        return line;
    }
    if (edit.type == Modification::Type::ReplaceBody)
        return line + " (" + std::to_string(edit.value.size()) + " octets)";
    if (edit.type == Modification::Type::Quarantine)
        return edit.value.empty() ? line : line + ": " + printable(edit.value);
    line += " <" + printable(postfix::without_brackets(edit.name)) + ">";
    return edit.args.empty() ? line : line + " " + printable(edit.args);
}

std::string milliseconds(double value) {
    char text[32];
    (void)snprintf(text, sizeof text, "%.1f ms", value);
    return text;
}

} // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if ((octet >= 0x20 && octet != 0x7f) || c == '\t') {
            out.push_back(c);
        } else {
            constexpr std::string_view kDigits = "0123456789abcdef";
            out.append({'\\', 'x', kDigits[octet >> 4], kDigits[octet & 15]});
        }
    }
    return out;
}

std::string format_text(const Report& report, const Setup& setup) {
    if (report.outcome == nullptr) return "error: " + printable(report.error) + "\n";
    const Outcome& outcome = *report.outcome;
    std::string out = printable(report.file) + ": " + std::string(to_string(outcome.verdict));
    if (!outcome.stage.empty()) out += " at " + outcome.stage;
    out += " (" + printable(outcome.reply) + ") in " + milliseconds(outcome.milliseconds) + "\n";
    for (const RefusedRecipient& refused : outcome.refused)
        out +=
            "    refused <" + printable(refused.address) + ">: " + printable(refused.reply) + "\n";
    for (const AppliedEdit& applied : outcome.edits) {
        out += "    ";
        if (setup.milters.size() > 1) out += setup.milters[applied.milter].address.text() + " ";
        out += describe(applied.edit) + "\n";
    }
    for (const std::string& error : outcome.errors)
        out += "    error: " + printable(error) + "\n";
    for (const std::string& unmet : report.unmet)
        out += "    FAILED: " + printable(unmet) + "\n";
    return out + report.diff;
}

std::string format_json(const Report& report, const Setup& setup) {
    ordered_json object{{"file", report.file}};
    if (report.outcome == nullptr) {
        object["verdict"] = nullptr;
        object["error"] = report.error;
    } else {
        const Outcome& outcome = *report.outcome;
        object["verdict"] = to_string(outcome.verdict);
        object["reply"] = outcome.reply;
        if (!outcome.stage.empty()) object["stage"] = outcome.stage;
        object["queue_id"] = outcome.queue_id;
        object["modifications"] = ordered_json::array();
        for (const AppliedEdit& applied : outcome.edits)
            object["modifications"].push_back(to_json(applied, setup));
        object["sender"] = outcome.envelope.sender;
        object["recipients"] = outcome.envelope.recipients;
        if (!outcome.refused.empty()) {
            object["refused"] = ordered_json::array();
            for (const RefusedRecipient& refused : outcome.refused)
                object["refused"].push_back(
                    {{"address", refused.address}, {"reply", refused.reply}});
        }
        object["milters"] = ordered_json::array();
        for (const postfix::MilterOptions& milter : setup.milters)
            object["milters"].push_back(milter.address.text());
        object["milliseconds"] = outcome.milliseconds;
        if (!report.diff.empty()) object["diff"] = report.diff;
        if (!outcome.errors.empty()) object["error"] = join(outcome.errors, "; ");
    }
    if (!report.unmet.empty()) object["unmet"] = report.unmet;
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

} // namespace postern::replay
