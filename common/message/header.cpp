#include "common/message/header.hpp"

#include "common/base/invariant.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace postern::message {

namespace {

std::string_view without_wsp_at_end(std::string_view text) noexcept {
    while (!text.empty() && is_wsp(text.back()))
        text.remove_suffix(1);
    return text;
}

/// ftext of RFC 5322 3.6.8: printable ASCII without colon (which cannot occur here).
bool is_field_name(std::string_view name) noexcept {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > 32 && c < 127; });
}

/// The next line of `text` from `at`, without its line end; moves `at` behind it.
std::string_view next_line(std::string_view text, std::size_t& at) noexcept {
    const std::string_view rest = text.substr(at);
    const std::size_t lf = rest.find('\n');
    if (lf == std::string_view::npos) {
        at = text.size();
        return rest;
    }
    at += lf + 1;
    return rest.substr(0, lf > 0 && rest[lf - 1] == '\r' ? lf - 1 : lf);
}

tl::unexpected<Error> no_field(std::size_t line, const char* why) {
    return fail("header line " + std::to_string(line) + " is no field: " + why);
}

} // namespace

void HeaderBlock::append_with_crlf(std::string_view value) {
    std::size_t from = 0;
    while (from < value.size()) {
        const std::size_t lf = value.find('\n', from);
        if (lf == std::string_view::npos) break;
        const std::size_t end = lf > from && value[lf - 1] == '\r' ? lf - 1 : lf;
        buffer_.append(value, from, end - from);
        buffer_.append("\r\n");
        from = lf + 1;
    }
    buffer_.append(value, from);
}

void HeaderBlock::add(std::string_view name, std::string_view value) {
    // Each LF of the value may grow to CRLF; checked before anything is written.
    constexpr std::size_t kMax = std::numeric_limits<std::uint32_t>::max();
    invariant(value.size() < kMax / 2 && name.size() < kMax / 8 && buffer_.size() < kMax / 8 * 7 &&
                  value.size() * 2 + name.size() + 3 < kMax - buffer_.size(),
              "a header block is limited long before 4 GiB");
    Field field{};
    field.start = static_cast<std::uint32_t>(buffer_.size());
    field.name_size = static_cast<std::uint32_t>(without_wsp_at_end(name).size());
    buffer_.append(name);
    buffer_.push_back(':');
    field.value_start = static_cast<std::uint32_t>(buffer_.size());
    append_with_crlf(value);
    field.value_size = static_cast<std::uint32_t>(buffer_.size() - field.value_start);
    buffer_.append("\r\n");
    fields_.push_back(field);
}

Result<ParsedHeader> HeaderBlock::parse(std::string_view raw) {
    ParsedHeader parsed;
    parsed.body_start = raw.size();
    std::size_t at = 0;
    std::size_t line_number = 0;
    while (at < raw.size()) {
        const std::size_t start = at;
        ++line_number;
        const std::string_view line = next_line(raw, at);
        if (line.empty()) {
            parsed.body_start = at;
            break;
        }
        if (is_wsp(line.front())) return no_field(line_number, "it begins with white space");
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return no_field(line_number, "it has no colon");
        const std::string_view name = line.substr(0, colon);
        if (!is_field_name(without_wsp_at_end(name)))
            return no_field(line_number, "what stands before the colon is no name");
        std::size_t end = start + line.size();
        while (at < raw.size() && is_wsp(raw[at])) { // continuation lines
            const std::size_t fold = at;
            ++line_number;
            end = fold + next_line(raw, at).size();
        }
        parsed.headers.add(name, raw.substr(start + colon + 1, end - start - colon - 1));
    }
    return parsed;
}

void HeaderBlock::clear() noexcept {
    buffer_.clear();
    fields_.clear();
}

FieldView HeaderBlock::operator[](std::size_t index) const noexcept {
    const Field& field = fields_[index];
    const std::string_view buffer = buffer_;
    return {.name = name_of(field),
            .value = buffer.substr(field.value_start, field.value_size),
            .whole =
                buffer.substr(field.start, field.value_start + field.value_size - field.start)};
}

std::size_t HeaderBlock::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(
        std::count_if(fields_.begin(), fields_.end(),
                      [&](const Field& field) { return iequals(name_of(field), name); }));
}

std::size_t HeaderBlock::find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < fields_.size(); ++i)
        if (iequals(name_of(fields_[i]), name)) return i;
    return npos;
}

std::size_t HeaderBlock::find_last(std::string_view name, std::size_t before) const noexcept {
    for (std::size_t i = std::min(before, fields_.size()); i > 0; --i)
        if (iequals(name_of(fields_[i - 1]), name)) return i - 1;
    return npos;
}

} // namespace postern::message
