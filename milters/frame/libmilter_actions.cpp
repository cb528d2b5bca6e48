#include "milters/frame/libmilter_actions.hpp"

#include "common/base/invariant.hpp"

#include <libmilter/mfapi.h>

#include <algorithm>
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

/// Folds as Postfix wants them: it writes CR before LF itself, and would send "\r\r\n" for ours.
std::string with_lf(std::string_view value) {
    std::string text(value);
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    return text;
}

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
    std::string line;
    for (const char c : text.substr(0, 900)) { // one SMTP line
        if (c == '\r' || c == '\n' || c == '\0') continue;
        if (c == '%') line += '%'; // libmilter's escape
        line += c;
    }
    const int result = smfi_setreply(context_, CText(code), CText(enhanced), line.data());
    invariant(result == MI_SUCCESS, "reply code or text refused by libmilter");
}

void LibmilterActions::insert_header(int index, std::string_view name, std::string_view value) {
    check(smfi_insheader(context_, index, CText(name), with_lf(value).data()), "insert header");
}

void LibmilterActions::add_header(std::string_view name, std::string_view value) {
    check(smfi_addheader(context_, CText(name), with_lf(value).data()), "add header");
}

void LibmilterActions::change_header(std::string_view name, int index, std::string_view value) {
    check(smfi_chgheader(context_, CText(name), index, with_lf(value).data()), "change header");
}

void LibmilterActions::change_sender(std::string_view sender, std::string_view args) {
    CText text(args);
    check(smfi_chgfrom(context_, CText(sender), args.empty() ? nullptr : static_cast<char*>(text)),
          "change sender");
}

void LibmilterActions::add_recipient(std::string_view recipient, std::string_view args) {
    if (args.empty()) {
        check(smfi_addrcpt(context_, CText(recipient)), "add recipient");
        return;
    }
    check(smfi_addrcpt_par(context_, CText(recipient), CText(args)), "add recipient");
}

void LibmilterActions::delete_recipient(std::string_view recipient) {
    check(smfi_delrcpt(context_, CText(recipient)), "delete recipient");
}

void LibmilterActions::replace_body(std::string_view body) {
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
    check(smfi_quarantine(context_, CText(reason)), "quarantine");
}

void LibmilterActions::progress() { check(smfi_progress(context_), "progress"); }

} // namespace postern::milter
