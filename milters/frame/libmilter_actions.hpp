// Actions by smfi_*: good for one callback.
#pragma once

#include "milters/frame/actions.hpp"

struct smfi_str;

namespace postern::milter {

class LibmilterActions final : public Actions {
public:
    explicit LibmilterActions(smfi_str* context) noexcept : context_(context) {}

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
    smfi_str* context_;
};

} // namespace postern::milter
