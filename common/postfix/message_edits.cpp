#include "common/postfix/message_edits.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace postern::postfix {

namespace {

/// Lines after the first begin with white space, or Postfix puts a tab there.
std::string folded(std::string_view separator, std::string_view value) {
    std::string out(separator);
    out.reserve(separator.size() + value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        out.push_back(value[i]);
        if (value[i] == '\n' && (i + 1 == value.size() || !is_wsp(value[i + 1])))
            out.push_back('\t');
    }
    return out;
}

std::vector<HeaderField>::iterator find_nth(Message& message, const std::string& name,
                                            std::uint32_t index) {
    return std::find_if(message.header.begin(), message.header.end(), [&](const HeaderField& f) {
        return !f.hidden && iequals(f.name, name) && --index == 0;
    });
}

/// Postfix reads a replaced body by lines: LF ends one, a CR before it belongs to the end.
std::string with_crlf(std::string_view body) {
    std::string out;
    out.reserve(body.size() + 2);
    while (!body.empty()) {
        const std::size_t lf = body.find('\n');
        std::string_view line = body.substr(0, lf);
        body.remove_prefix(lf == std::string_view::npos ? body.size() : lf + 1);
        if (lf != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
        out.append(line).append("\r\n");
    }
    return out;
}

} // namespace

std::string_view without_brackets(std::string_view address) noexcept {
    address = trim(address);
    if (address.size() >= 2 && address.front() == '<' && address.back() == '>')
        return address.substr(1, address.size() - 2);
    return address;
}

void apply(const Modification& edit, Message& message, Envelope& envelope) {
    using Type = Modification::Type;
    auto& header = message.header;
    switch (edit.type) {
    case Type::InsertHeader: {
        const auto position =
            static_cast<std::ptrdiff_t>(std::min<std::size_t>(edit.index, header.size()));
        header.insert(header.begin() + position,
                      {.name = edit.name, .value = folded(edit.separator, edit.value)});
        return;
    }
    case Type::AddHeader:
        header.push_back({.name = edit.name, .value = folded(edit.separator, edit.value)});
        return;
    case Type::ChangeHeader: {
        HeaderField field{.name = edit.name, .value = folded(edit.separator, edit.value)};
        const auto found = find_nth(message, edit.name, edit.index);
        if (found == header.end())
            header.push_back(std::move(field));
        else
            *found = std::move(field);
        return;
    }
    case Type::DeleteHeader: {
        const auto found = find_nth(message, edit.name, edit.index);
        if (found != header.end()) header.erase(found);
        return;
    }
    case Type::ChangeSender:
        envelope.sender = without_brackets(edit.name);
        return;
    case Type::AddRecipient: {
        std::string address(without_brackets(edit.name));
        if (std::find(envelope.recipients.begin(), envelope.recipients.end(), address) ==
            envelope.recipients.end())
            envelope.recipients.push_back(std::move(address));
        return;
    }
    case Type::DeleteRecipient:
        std::erase(envelope.recipients, without_brackets(edit.name));
        return;
    case Type::ReplaceBody:
        message.body = with_crlf(edit.value);
        return;
    case Type::Quarantine:
        envelope.hold = true;
        return;
    }
}

} // namespace postern::postfix
