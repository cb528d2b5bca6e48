#include "milters/frame/libmilter_actions.hpp"

#include "common/base/invariant.hpp"
#include "milters/frame/forms.hpp"
#include "milters/frame/worker_call.hpp"

#include <libmilter/mfapi.h>

#include <stdexcept>
#include <string>

namespace postern::milter {
namespace {

/// A NUL-terminated copy that libmilter may take for its own: its parameters are char*, though it
/// does not write there.
class CText {
public:
    explicit CText(std::string_view text) : text_(text) {}
    operator char*() noexcept { return text_.data(); } // NOLINT(google-explicit-constructor)

private:
    std::string text_;
};

void check(int result, const char* what) {
    // Refused by libmilter: the connection is gone, or the edit was not negotiated. Either way this
    // message cannot go on.
    if (result != MI_SUCCESS)
        throw std::runtime_error(std::string(what) + ": the MTA did not take it");
}

} // namespace

std::string_view LibmilterActions::macro(const char* name) const {
    const char* value = smfi_getsymval(context_, const_cast<char*>(name));
    return value != nullptr ? std::string_view(value) : std::string_view();
}

void LibmilterActions::set_reply(std::string_view code, std::string_view enhanced,
                                 std::string_view text) {
    invariant(is_reply_code(code, enhanced), "no such SMTP reply code");
    std::string line = reply_text(text);
    CText extended(enhanced);
    const int result =
        smfi_setreply(context_, CText(code),
                      enhanced.empty() ? nullptr : static_cast<char*>(extended), line.data());
    invariant(result == MI_SUCCESS, "reply code or text refused by libmilter");
}

std::string LibmilterActions::header_value(std::string_view value) const {
    if (!leading_space_ && value.starts_with(' ')) value.remove_prefix(1);
    return to_milter_folds(value);
}

void LibmilterActions::expect_end_of_message() const {
    invariant(edits_ == Edits::Allowed, "an edit before the end of the message");
}

void LibmilterActions::insert_header(int index, std::string_view name, std::string_view value) {
    expect_end_of_message();
    check(smfi_insheader(context_, index, CText(name), header_value(value).data()),
          "insert header");
}

void LibmilterActions::add_header(std::string_view name, std::string_view value) {
    expect_end_of_message();
    check(smfi_addheader(context_, CText(name), header_value(value).data()), "add header");
}

void LibmilterActions::change_header(std::string_view name, int index, std::string_view value) {
    expect_end_of_message();
    check(smfi_chgheader(context_, CText(name), index, header_value(value).data()),
          "change header");
}

void LibmilterActions::change_sender(std::string_view sender, std::string_view args) {
    expect_end_of_message();
    CText text(args);
    check(smfi_chgfrom(context_, CText(sender), args.empty() ? nullptr : static_cast<char*>(text)),
          "change sender");
}

void LibmilterActions::add_recipient(std::string_view recipient, std::string_view args) {
    expect_end_of_message();
    if (args.empty()) {
        check(smfi_addrcpt(context_, CText(recipient)), "add recipient");
        return;
    }
    check(smfi_addrcpt_par(context_, CText(recipient), CText(args)), "add recipient");
}

void LibmilterActions::delete_recipient(std::string_view recipient) {
    expect_end_of_message();
    check(smfi_delrcpt(context_, CText(recipient)), "delete recipient");
}

void LibmilterActions::replace_body(std::string_view body) {
    expect_end_of_message();
    // libmilter cuts it into chunks itself and only reads; the size is an int.
    constexpr std::size_t kPiece = 1U << 30;
    do {
        const std::string_view piece = body.substr(0, kPiece);
        check(smfi_replacebody(
                  context_,
                  const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(piece.data())),
                  static_cast<int>(piece.size())),
              "replace body");
        body.remove_prefix(piece.size());
    } while (!body.empty());
}

void LibmilterActions::quarantine(std::string_view reason) {
    expect_end_of_message();
    check(smfi_quarantine(context_, CText(reason)), "quarantine");
}

void LibmilterActions::before_waiting() noexcept {
    if (workers_ != nullptr) workers_->ring();
}

void LibmilterActions::progress() { check(smfi_progress(context_), "progress"); }

} // namespace postern::milter
