// What a session may ask of the MTA and say to it. Production calls smfi_*; tests use
// RecordedActions and look at the list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::milter {

/// Good during one step only; edits (everything from insert_header down) during end_of_message
/// only. Text is passed as mail has it: CRLF folds in values become the LF Postfix wants in the
/// adapter, nowhere else.
class Actions {
public:
    virtual ~Actions() = default;

    /// A macro as the MTA sent it for this step or an earlier one, "{auth_type}" or "i"; empty when
    /// it did not. The view is good until the step returns. Ask only for names listed in
    /// Service::macros.
    [[nodiscard]] virtual std::string_view macro(const char* name) const = 0;

    /// The SMTP reply that goes with Answer::Reject or Answer::TempFail: code "550", enhanced
    /// "5.7.1", one line of text.
    virtual void set_reply(std::string_view code, std::string_view enhanced,
                           std::string_view text) = 0;

    /// Index 0 is above everything, also above our own Received. `value` brings its own leading
    /// space.
    virtual void insert_header(int index, std::string_view name, std::string_view value) = 0;
    virtual void add_header(std::string_view name, std::string_view value) = 0;
    /// `index` counts fields of this name from 1, as the MTA shows them to milters; an empty value
    /// deletes. Deleting shifts later ones: go from the highest index down.
    virtual void change_header(std::string_view name, int index, std::string_view value) = 0;
    /// `args`: the one string of ESMTP arguments Postfix accepts, or empty.
    virtual void change_sender(std::string_view sender, std::string_view args) = 0;
    virtual void add_recipient(std::string_view recipient, std::string_view args) = 0;
    virtual void delete_recipient(std::string_view recipient) = 0;
    virtual void replace_body(std::string_view body) = 0;
    virtual void quarantine(std::string_view reason) = 0;
    /// Tells the MTA that we still work: its time-out starts anew.
    virtual void progress() = 0;
    /// To be called before a step waits for anything outside this process, so that other
    /// connections are served meanwhile (see worker_call.hpp).
    virtual void before_waiting() noexcept {}
};

} // namespace postern::milter
