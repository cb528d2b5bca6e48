#include "tools/replay/mbox.hpp"

namespace postern::replay {

namespace {

std::size_t line_end(std::string_view text, std::size_t from) {
    const std::size_t lf = text.find('\n', from);
    return lf == std::string_view::npos ? text.size() : lf + 1;
}

bool is_empty_line(std::string_view line) { return line == "\n" || line == "\r\n"; }

bool is_quoted_from(std::string_view line) {
    const std::size_t quotes = line.find_first_not_of('>');
    return quotes != 0 && quotes != std::string_view::npos &&
           line.substr(quotes).starts_with("From ");
}

} // namespace

std::optional<MboxMessage> MboxReader::next() {
    if (rest_.empty()) return std::nullopt;
    MboxMessage message;
    std::size_t position = 0;
    if (rest_.starts_with("From ")) {
        const std::size_t end = line_end(rest_, 0);
        std::string_view words = rest_.substr(5, end - 5);
        const std::size_t first = words.find_first_not_of(' ');
        words.remove_prefix(first == std::string_view::npos ? words.size() : first);
        message.sender = words.substr(0, words.find_first_of(" \t\r\n"));
        position = end;
    }
    bool after_empty = false;
    std::size_t empty_line = 0; // octets of the last line if it is empty: it separates
    while (position < rest_.size()) {
        const std::size_t end = line_end(rest_, position);
        const std::string_view line = rest_.substr(position, end - position);
        if (after_empty && line.starts_with("From ")) break;
        after_empty = is_empty_line(line);
        empty_line = after_empty ? line.size() : 0;
        message.text.append(is_quoted_from(line) ? line.substr(1) : line);
        position = end;
    }
    message.text.resize(message.text.size() - empty_line);
    rest_.remove_prefix(position);
    return message;
}

} // namespace postern::replay
