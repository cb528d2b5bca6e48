#include "tests/support/recorded_actions.hpp"

namespace postern::testing_support {

void RecordedActions::note(std::initializer_list<std::string_view> words) {
    std::string line;
    for (const std::string_view word : words) {
        if (word.empty()) continue;
        if (!line.empty()) line += ' ';
        line += word;
    }
    edits.push_back(std::move(line));
}

std::string_view RecordedActions::macro(const char* name) const {
    const auto found = macros.find(std::string_view(name));
    return found == macros.end() ? std::string_view() : std::string_view(found->second);
}

void RecordedActions::set_reply(std::string_view code, std::string_view enhanced,
                                std::string_view text) {
    note({"set-reply", code, enhanced, text});
}

void RecordedActions::insert_header(int index, std::string_view name, std::string_view value) {
    note({"insert-header", std::to_string(index), std::string(name) + ":" + std::string(value)});
}

void RecordedActions::add_header(std::string_view name, std::string_view value) {
    note({"add-header", std::string(name) + ":" + std::string(value)});
}

void RecordedActions::change_header(std::string_view name, int index, std::string_view value) {
    const std::string which = std::string(name) + "[" + std::to_string(index) + "]";
    if (value.empty())
        note({"delete-header", which});
    else
        note({"change-header", which + ":" + std::string(value)});
}

void RecordedActions::change_sender(std::string_view sender, std::string_view args) {
    note({"change-sender", sender, args});
}

void RecordedActions::add_recipient(std::string_view recipient, std::string_view args) {
    note({"add-recipient", recipient, args});
}

void RecordedActions::delete_recipient(std::string_view recipient) {
    note({"delete-recipient", recipient});
}

void RecordedActions::replace_body(std::string_view body) {
    note({"replace-body", std::to_string(body.size()), "octets"});
}

void RecordedActions::quarantine(std::string_view reason) { note({"quarantine", reason}); }

void RecordedActions::progress() { note({"progress"}); }

} // namespace postern::testing_support
