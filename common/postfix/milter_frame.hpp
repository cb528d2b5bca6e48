// Frames of the milter protocol: four octets of length in network order, one octet of command,
// data.
//
//     std::string wire = FrameBuilder(Command::Helo).string("mail.example.org").frame();
//
//     FrameParser parser(1 << 20);
//     parser.feed(bytes);
//     while (true) {
//         Result<std::optional<Frame>> frame = parser.next();
//         if (!frame || !*frame) break;          // error, or not whole yet
//         PayloadReader reader((*frame)->data);
//     }
#pragma once

#include "common/base/result.hpp"
#include "common/postfix/milter_protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::postfix {

/// Writes one frame. Strings end with a NUL on the wire; what follows a NUL in the argument is not
/// sent.
class FrameBuilder {
public:
    explicit FrameBuilder(Command command) : FrameBuilder(static_cast<char>(command)) {}
    explicit FrameBuilder(Reply reply) : FrameBuilder(static_cast<char>(reply)) {}

    FrameBuilder& octet(char value);
    FrameBuilder& number16(std::uint16_t value);
    FrameBuilder& number32(std::uint32_t value);
    FrameBuilder& string(std::string_view text);
    FrameBuilder& raw(std::string_view bytes);

    /// The frame with its length; the builder stays as it is.
    [[nodiscard]] std::string frame() const;
    /// Adds the frame to `out` without another copy of the data.
    void append_to(std::string& out) const;

private:
    explicit FrameBuilder(char command) : body_(1, command) {}
    std::string body_;
};

struct Frame {
    char command = 0;
    std::string_view data; ///< into the parser; good until its next call
};

/// Cuts a stream of bytes into frames. Never holds more than one frame of the allowed size plus
/// what was fed at once.
class FrameParser {
public:
    explicit FrameParser(std::size_t max_frame) : max_frame_(max_frame) {}

    void feed(std::string_view bytes);
    /// A frame, or nothing when more bytes are needed. The error is final: a length of zero or
    /// above the limit.
    Result<std::optional<Frame>> next();
    /// Octets received that belong to no complete frame yet.
    [[nodiscard]] std::size_t pending() const noexcept { return buffer_.size() - start_; }
    void clear() noexcept;

private:
    std::size_t max_frame_;
    std::string buffer_;
    std::size_t start_ = 0;
};

/// Reads the data of one frame from the front. After a failure every later read fails too.
class PayloadReader {
public:
    explicit PayloadReader(std::string_view data) noexcept : rest_(data) {}

    std::optional<std::uint8_t> octet() noexcept;
    std::optional<std::uint16_t> number16() noexcept;
    std::optional<std::uint32_t> number32() noexcept;
    /// Up to a NUL, which is consumed; nothing when there is none.
    std::optional<std::string_view> string() noexcept;
    /// All that is left.
    std::string_view rest() noexcept;

    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

private:
    std::string_view rest_;
    bool failed_ = false;
};

} // namespace postern::postfix
