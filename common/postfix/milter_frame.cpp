#include "common/postfix/milter_frame.hpp"

namespace postern::postfix {

namespace {

void put32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>((value >> shift) & 0xff));
}

std::uint32_t get32(std::string_view bytes) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

} // namespace

std::string_view command_name(Command command) noexcept {
    switch (command) {
    case Command::Abort:
        return "SMFIC_ABORT";
    case Command::Body:
        return "SMFIC_BODY";
    case Command::Connect:
        return "SMFIC_CONNECT";
    case Command::Macro:
        return "SMFIC_MACRO";
    case Command::EndOfMessage:
        return "SMFIC_BODYEOB";
    case Command::Helo:
        return "SMFIC_HELO";
    case Command::QuitNewConnection:
        return "SMFIC_QUIT_NC";
    case Command::Header:
        return "SMFIC_HEADER";
    case Command::Mail:
        return "SMFIC_MAIL";
    case Command::EndOfHeaders:
        return "SMFIC_EOH";
    case Command::Negotiate:
        return "SMFIC_OPTNEG";
    case Command::Quit:
        return "SMFIC_QUIT";
    case Command::Rcpt:
        return "SMFIC_RCPT";
    case Command::Data:
        return "SMFIC_DATA";
    case Command::Unknown:
        return "SMFIC_UNKNOWN";
    }
    return {};
}

std::string_view reply_name(Reply reply) noexcept {
    switch (reply) {
    case Reply::AddRcpt:
        return "SMFIR_ADDRCPT";
    case Reply::DelRcpt:
        return "SMFIR_DELRCPT";
    case Reply::AddRcptPar:
        return "SMFIR_ADDRCPT_PAR";
    case Reply::Shutdown:
        return "SMFIR_SHUTDOWN";
    case Reply::Accept:
        return "SMFIR_ACCEPT";
    case Reply::ReplaceBody:
        return "SMFIR_REPLBODY";
    case Reply::Continue:
        return "SMFIR_CONTINUE";
    case Reply::Discard:
        return "SMFIR_DISCARD";
    case Reply::ChangeFrom:
        return "SMFIR_CHGFROM";
    case Reply::ConnectionFail:
        return "SMFIR_CONN_FAIL";
    case Reply::AddHeader:
        return "SMFIR_ADDHEADER";
    case Reply::InsertHeader:
        return "SMFIR_INSHEADER";
    case Reply::SetSymbolList:
        return "SMFIR_SETSYMLIST";
    case Reply::ChangeHeader:
        return "SMFIR_CHGHEADER";
    case Reply::Negotiate:
        return "SMFIC_OPTNEG";
    case Reply::Progress:
        return "SMFIR_PROGRESS";
    case Reply::Quarantine:
        return "SMFIR_QUARANTINE";
    case Reply::Reject:
        return "SMFIR_REJECT";
    case Reply::Skip:
        return "SMFIR_SKIP";
    case Reply::TempFail:
        return "SMFIR_TEMPFAIL";
    case Reply::ReplyCode:
        return "SMFIR_REPLYCODE";
    }
    return {};
}

FrameBuilder& FrameBuilder::octet(char value) {
    body_.push_back(value);
    return *this;
}

FrameBuilder& FrameBuilder::number16(std::uint16_t value) {
    body_.push_back(static_cast<char>(value >> 8));
    body_.push_back(static_cast<char>(value & 0xff));
    return *this;
}

FrameBuilder& FrameBuilder::number32(std::uint32_t value) {
    put32(body_, value);
    return *this;
}

FrameBuilder& FrameBuilder::string(std::string_view text) {
    body_.append(text.substr(0, text.find('\0')));
    body_.push_back('\0');
    return *this;
}

FrameBuilder& FrameBuilder::raw(std::string_view bytes) {
    body_.append(bytes);
    return *this;
}

std::string FrameBuilder::frame() const {
    std::string out;
    append_to(out);
    return out;
}

void FrameBuilder::append_to(std::string& out) const {
    put32(out, static_cast<std::uint32_t>(body_.size()));
    out.append(body_);
}

void FrameParser::feed(std::string_view bytes) {
    if (start_ == buffer_.size()) {
        buffer_.clear();
        start_ = 0;
    } else if (start_ > 65536 && start_ > buffer_.size() / 2) {
        buffer_.erase(0, start_);
        start_ = 0;
    }
    buffer_.append(bytes);
}

Result<std::optional<Frame>> FrameParser::next() {
    const std::string_view all = std::string_view(buffer_).substr(start_);
    if (all.size() < 4) return std::nullopt;
    const std::uint32_t length = get32(all);
    if (length == 0) return fail("frame of length 0, expected at least the command octet");
    if (length > max_frame_)
        return fail("frame of length " + std::to_string(length) + ", expected at most " +
                    std::to_string(max_frame_));
    if (all.size() - 4 < length) return std::nullopt;
    start_ += 4 + length;
    return Frame{.command = all[4], .data = all.substr(5, length - 1)};
}

void FrameParser::clear() noexcept {
    buffer_.clear();
    start_ = 0;
}

std::optional<std::uint8_t> PayloadReader::octet() noexcept {
    if (failed_ || rest_.empty()) {
        failed_ = true;
        return std::nullopt;
    }
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
}

std::optional<std::uint16_t> PayloadReader::number16() noexcept {
    if (failed_ || rest_.size() < 2) {
        failed_ = true;
        return std::nullopt;
    }
    const auto value = static_cast<std::uint16_t>(static_cast<unsigned char>(rest_[0]) << 8 |
                                                  static_cast<unsigned char>(rest_[1]));
    rest_.remove_prefix(2);
    return value;
}

std::optional<std::uint32_t> PayloadReader::number32() noexcept {
    if (failed_ || rest_.size() < 4) {
        failed_ = true;
        return std::nullopt;
    }
    const std::uint32_t value = get32(rest_);
    rest_.remove_prefix(4);
    return value;
}

std::optional<std::string_view> PayloadReader::string() noexcept {
    const std::size_t end = failed_ ? std::string_view::npos : rest_.find('\0');
    if (end == std::string_view::npos) {
        failed_ = true;
        return std::nullopt;
    }
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
}

std::string_view PayloadReader::rest() noexcept {
    const std::string_view text = failed_ ? std::string_view{} : rest_;
    rest_ = {};
    return text;
}

} // namespace postern::postfix
