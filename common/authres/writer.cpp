#include "common/authres/field.hpp"
#include "common/authres/value_text.hpp"
#include "common/base/text.hpp"

#include <cstddef>

namespace postern::authres {
namespace {

/// RFC 5322 2.1.1.
constexpr std::size_t kColumns = 78;
/// Where a tab leads to.
constexpr std::size_t kTab = 8;

/// Puts units into lines. Each stands whole in its line: nothing but our own line ends divides
/// them.
class Folder {
public:
    explicit Folder(std::size_t name_columns) : column_(name_columns) {}

    /// Behind what is there, on the same line if it has room for it and for a ";" behind it.
    void unit(std::string_view text) {
        if (column_ + 1 + text.size() + 1 > kColumns && !line_begun_)
            fold("\r\n\t ", kTab + 1);
        else if (!line_begun_)
            append(" ");
        line_begun_ = false;
        append(text);
    }
    /// On the line that is there, whatever its length.
    void tail(std::string_view text) { append(text); }
    /// The next unit begins a line.
    void next_line() {
        fold("\r\n\t", kTab);
        line_begun_ = true;
    }

    std::string take() { return std::move(text_); }

private:
    void append(std::string_view text) {
        text_ += text;
        column_ += text.size();
    }
    void fold(std::string_view white_space, std::size_t column) {
        text_ += white_space;
        column_ = column;
    }

    std::string text_;
    std::size_t column_;
    bool line_begun_ = false;
};

/// Names are ours; whatever else comes cannot leave its place.
std::string spell_name(std::string_view name, bool dots) {
    std::string spelled(name.empty() ? "-" : name);
    for (char& c : spelled)
        if (!is_keyword_char(c) && !(dots && c == '.')) c = '-';
    return spelled;
}

/// The words of a comment, printable ASCII. Parentheses become brackets and backslashes slashes,
/// for Mail::AuthenticationResults knows no escapes in comments and would refuse the whole field.
void add_comment(Folder& folder, std::string_view comment) {
    std::string word = "(";
    bool empty = true;
    for (const char c : comment) {
        if (c == ' ' && !empty && !word.empty()) {
            folder.unit(word);
            word.clear();
        }
        if (c <= ' ' || c >= '\x7f') continue;
        word.push_back(c == '(' ? '[' : c == ')' ? ']' : c == '\\' ? '/' : c);
        empty = false;
    }
    if (!empty) folder.unit(word + ")");
}

void add_result(Folder& folder, const MethodResult& result) {
    std::string method = spell_name(result.method, false);
    if (result.version != 1) method.append("/").append(std::to_string(result.version));
    folder.unit(method + "=" + spell_name(result.result, true));
    add_comment(folder, result.comment);
    if (const std::string reason = clean(result.reason); !reason.empty())
        folder.unit("reason=" + spell_value(reason));
    for (const Property& property : result.properties) {
        std::string unit;
        if (!property.type.empty()) unit = spell_name(property.type, false) + ".";
        folder.unit(unit + spell_name(property.name, true) + "=" +
                    spell_property_value(clean(property.value)));
    }
}

} // namespace

std::string format(const Field& field) {
    const std::string_view name =
        field.instance == 0 ? "Authentication-Results:" : "ARC-Authentication-Results:";
    Folder folder(name.size());
    folder.tail(" "); // never a line with the name alone
    if (field.instance != 0) folder.tail("i=" + std::to_string(field.instance) + "; ");
    folder.tail(spell_value(clean(field.authserv_id)));
    if (field.version != 1) folder.tail(" " + std::to_string(field.version));
    if (field.results.empty()) folder.tail("; none");
    for (const MethodResult& result : field.results) {
        folder.tail(";");
        folder.next_line();
        add_result(folder, result);
    }
    return folder.take();
}

} // namespace postern::authres
