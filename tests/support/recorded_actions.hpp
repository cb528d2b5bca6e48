// Actions that do nothing but remember: macros are what the test put in, edits a list of words.
//
//     RecordedActions actions;
//     actions.macros["i"] = "4ZxQ1m2Jz9";
//     session.end_of_message(actions);
//     EXPECT_THAT(actions.edits, ElementsAre("insert-header 0 X-Seen: yes"));
#pragma once

#include "milters/frame/actions.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::testing_support {

class RecordedActions final : public milter::Actions {
public:
    std::map<std::string, std::string, std::less<>> macros;
    /// In order: "set-reply 550 5.7.1 text", "insert-header 0 Name: value", "add-header Name:
    /// value", "change-header Name[1]: value", "delete-header Name[1]", "change-sender a@b",
    /// "add-recipient a@b", "delete-recipient a@b", "replace-body 20 octets", "quarantine reason",
    /// "progress". Values keep their leading space, so there are two after "Name:" only if the
    /// session sent two.
    std::vector<std::string> edits;

    [[nodiscard]] std::string_view macro(const char* name) const override;
    void set_reply(std::string_view code, std::string_view enhanced,
                   std::string_view text) override;
    void insert_header(int index, std::string_view name, std::string_view value) override;
    void add_header(std::string_view name, std::string_view value) override;
    void change_header(std::string_view name, int index, std::string_view value) override;
    void change_sender(std::string_view sender, std::string_view args) override;
    void add_recipient(std::string_view recipient, std::string_view args) override;
    void delete_recipient(std::string_view recipient) override;
    void replace_body(std::string_view body) override;
    void quarantine(std::string_view reason) override;
    void progress() override;

private:
    /// Words joined by blanks, empty ones left out.
    void note(std::initializer_list<std::string_view> words);
};

} // namespace postern::testing_support
