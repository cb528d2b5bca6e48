// Messages of an mbox file ("mboxrd"): each begins with a line "From sender date" at the start of
// the file or after an empty line; in the text, ">From " stands for "From ", ">>From " for ">From
// ".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::replay {

struct MboxMessage {
    std::string text;   ///< unquoted, line ends as in the file
    std::string sender; ///< second word of the From_ line; empty if there is none
};

class MboxReader {
public:
    /// `text` must outlive the reader.
    explicit MboxReader(std::string_view text) noexcept : rest_(text) {}
    /// The next message, or nothing at the end.
    std::optional<MboxMessage> next();

    static bool is_mbox(std::string_view text) noexcept { return text.starts_with("From "); }

private:
    std::string_view rest_;
};

} // namespace postern::replay
