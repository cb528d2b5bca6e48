#include "common/dkim/signature.hpp"

#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/message/canonical_header.hpp"

namespace postern::dkim {
namespace {

constexpr std::string_view kFieldName = "DKIM-Signature";
constexpr std::string_view kFold = "\r\n\t";
constexpr std::size_t kColumns = 78;  // RFC 5322 2.1.1
constexpr std::size_t kFoldWidth = 8; // of the tab that begins a folded line

/// Text whose lines end before column 78 wherever it may be folded.
class Folded {
public:
    /// A tag or the first piece of one: a blank or a fold stands before it.
    void tag(std::string_view text) {
        if (column_ + 1 + text.size() > kColumns) return tag_on_new_line(text);
        text_ += ' ';
        ++column_;
        put(text);
    }
    void tag_on_new_line(std::string_view text) {
        fold();
        put(text);
    }
    /// The next piece of a tag: a fold may stand before it, but no blank has to.
    void piece(std::string_view text) {
        if (column_ + text.size() > kColumns) fold();
        put(text);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void put(std::string_view text) {
        text_ += text;
        column_ += text.size();
    }
    void fold() {
        text_ += kFold;
        column_ = kFoldWidth;
    }

    std::string text_;
    std::size_t column_ = kFieldName.size() + 1;
};

std::string tag_text(std::string_view name, std::string_view value) {
    std::string text(name);
    text += '=';
    text += value;
    text += ';';
    return text;
}

bool is_safe(unsigned char c) noexcept { // dkim-safe-char
    return c > ' ' && c < 0x7F && c != ';' && c != '=';
}

} // namespace

std::string quoted_printable(std::string_view text, HeaderCharset charset) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const bool bare_utf8 = charset == HeaderCharset::Utf8 && is_utf8(text);
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (is_safe(octet) || (octet >= 0x80 && bare_utf8)) {
            encoded += c;
        } else {
            encoded += '=';
            encoded += kHex[octet >> 4];
            encoded += kHex[octet & 15];
        }
    }
    return encoded;
}

std::string SignatureFields::format_unsigned(HeaderCharset charset) const {
    Folded out;
    out.tag("v=1;");
    out.tag(tag_text("a", to_string(algorithm)));
    out.tag(tag_text("c", std::string(message::to_string(header)) + "/" +
                              std::string(message::to_string(body))));
    out.tag(tag_text("d", domain));
    out.tag(tag_text("s", selector));
    if (!identity.empty()) out.tag(tag_text("i", quoted_printable(identity, charset)));
    if (timestamp) out.tag(tag_text("t", std::to_string(*timestamp)));
    if (expiry) out.tag(tag_text("x", std::to_string(*expiry)));
    std::string entry = "h=";
    for (std::size_t i = 0; i < headers.size(); ++i) {
        entry += headers[i];
        entry += i + 1 < headers.size() ? ':' : ';';
        if (i == 0)
            out.tag(entry);
        else
            out.piece(entry);
        entry.clear();
    }
    out.tag(tag_text("bh", base64_encode(body_hash)));
    // Nothing but the signature may stand behind "b=": verifiers delete its value with the white
    // space around it, and not all do that alike.
    out.tag_on_new_line("b=");
    return out.take();
}

void append_signature(std::string& value, std::span<const std::uint8_t> signature) {
    const std::string base64 = base64_encode(signature);
    std::string_view rest = base64;
    std::size_t room = kColumns - kFoldWidth - 2; // behind "b="
    while (rest.size() > room) {
        value += rest.substr(0, room);
        value += kFold;
        rest.remove_prefix(room);
        room = kColumns - kFoldWidth;
    }
    value += rest;
}

std::string SignatureFields::format(HeaderCharset charset) const {
    std::string value = format_unsigned(charset);
    append_signature(value, signature);
    return value;
}

crypto::Sha256 header_hash(crypto::Sha256Stream& stream, std::string_view canonical_fields,
                           std::string_view unsigned_field) {
    stream.reset();
    stream.update(canonical_fields);
    stream.update(unsigned_field);
    return stream.finish();
}

crypto::Sha256 header_hash(crypto::Sha256Stream& stream, std::string_view canonical_fields,
                           std::string_view unsigned_value, message::Canonicalization form) {
    std::string whole(kFieldName);
    whole += ':';
    whole += unsigned_value;
    const std::string_view view = whole;
    std::string own;
    append_unsigned_field(
        own, {view.substr(0, kFieldName.size()), view.substr(kFieldName.size() + 1), view},
        unsigned_value.size(), 0, form);
    return header_hash(stream, canonical_fields, own);
}

void append_unsigned_field(std::string& out, const message::FieldView& field, std::size_t start,
                           std::size_t octets, message::Canonicalization form) {
    std::string whole(field.whole);
    const std::size_t value_start = whole.size() - field.value.size();
    whole.erase(value_start + start, octets);
    const std::string_view view = whole;
    message::append_canonical_header(out, {field.name, view.substr(value_start), view}, form);
    out.resize(out.size() - 2); // its CRLF is not hashed
}

} // namespace postern::dkim
