// Actions by smfi_*: good for one callback.
#pragma once

#include "milters/frame/actions.hpp"

#include <string>

struct smfi_str;

namespace postern::milter {

class WorkerCall;

class LibmilterActions final : public Actions {
public:
    enum class Edits : bool { TooEarly, Allowed };
    /// `leading_space`: does the MTA take values with their leading space, or does it put one?
    LibmilterActions(smfi_str* context, bool leading_space, Edits edits,
                     WorkerCall* workers) noexcept
        : context_(context), leading_space_(leading_space), edits_(edits), workers_(workers) {}

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
    void before_waiting() noexcept override;

private:
    [[nodiscard]] std::string header_value(std::string_view value) const;
    void expect_end_of_message() const;

    smfi_str* context_;
    bool leading_space_;
    Edits edits_;
    WorkerCall* workers_; ///< may be null
};

} // namespace postern::milter
