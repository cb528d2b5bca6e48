// Any octets as an Authentication-Results value that is read, and as what our own results are
// written from: nothing escapes from its place.
#include "common/authres/field.hpp"
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using postern::invariant;
using namespace postern::authres;

namespace {

/// Lines as a header field may have them: every fold is CRLF, white space and something; no other
/// control character.
void check_lines(std::string_view value) {
    invariant(value.starts_with(' '), "a space behind the colon");
    bool blank = false; // the first line has the name
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\r') {
            invariant(value.substr(i, 3) == "\r\n\t" && !blank, "CRLF + tab, no blank line");
            blank = true;
            i += 2;
            continue;
        }
        invariant(static_cast<unsigned char>(value[i]) >= ' ' && value[i] != '\x7f',
                  "no control character");
        if (value[i] != ' ') blank = false;
    }
    invariant(!blank && postern::is_utf8(value), "text to the end");
}

/// What must come back; nothing if that is not to be said in one line.
bool expected(std::string& value) {
    if (!postern::is_utf8(value) || value.find('\xc2') != std::string::npos) return false;
    value.erase(
        std::remove_if(value.begin(), value.end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }),
        value.end());
    return true;
}

void read_and_write(std::string_view text) {
    const auto field = parse(text);
    if (!field) {
        invariant(!field.error().message.empty(), "a refusal says why");
        return;
    }
    const std::string written = format(*field);
    check_lines(written);
    const auto again = parse(written);
    invariant(again.has_value(), "what we write can be read");
    invariant(*again == *field, "and means the same");
}

void write_and_read(std::string_view text) {
    std::array<std::string, 6> parts;
    for (std::string& part : parts) {
        const std::size_t size =
            text.empty()
                ? 0
                : std::min<std::size_t>(static_cast<unsigned char>(text.front()), text.size() - 1);
        part = text.substr(text.empty() ? 0 : 1, size);
        text.remove_prefix(std::min(text.size(), size + 1));
    }
    Field field{
        .authserv_id = parts[0],
        .results = {
            {.method = "dkim",
             .result = "fail",
             .reason = parts[1],
             .comment = parts[2],
             .properties = {{"header", "d", parts[3]}, {"header", "i", parts[4]}}},
            {.method = "spf", .result = "pass", .properties = {{"smtp", "mailfrom", parts[5]}}}}};
    const std::string written = format(field);
    check_lines(written);
    const auto again = parse(written);
    invariant(again && again->results.size() == 2 && again->results[0].properties.size() == 2 &&
                  again->results[1].properties.size() == 1,
              "what is in a value stays in it");
    field.results[0].comment.clear();
    std::array<std::string*, 5> values{
        &field.authserv_id, &field.results[0].reason, &field.results[0].properties[0].value,
        &field.results[0].properties[1].value, &field.results[1].properties[0].value};
    if (std::all_of(values.begin(), values.end(), [](auto* value) { return expected(*value); }))
        invariant(*again == field, "but for control characters it is the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_and_write(text);
    write_and_read(text);
    return 0;
}
