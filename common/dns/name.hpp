// A domain name as DNS carries it: labels of any octets, compared without regard to ASCII case.
//
//     const auto name = dns::Name::parse("s1._domainkey.example.org");
//     if (!name) ... // cannot be asked: it cannot exist
//     name->wire();  // "\2s1\12_domainkey\7example\3org\0"
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace postern::dns {

class Name {
public:
    /// The longest name on the wire (RFC 1035 2.3.4); as text without escapes that is 253 octets.
    static constexpr std::size_t kMaxWire = 255;
    static constexpr std::size_t kMaxLabel = 63;

    /// Of text as dns::Question has it: "\." and "\\" are a dot and a backslash within a label. One
    /// closing dot is allowed. Nothing for what does not fit on the wire: an empty label, one over
    /// 63 octets, over 255 octets in all, a backslash before anything else.
    static std::optional<Name> parse(std::string_view text);
    /// Of an uncompressed name, whole: the root label ends it and nothing follows.
    static std::optional<Name> from_wire(std::span<const std::uint8_t> wire);

    /// As parse() reads it; the root is empty.
    [[nodiscard]] std::string text() const;
    /// Length octets, labels, the root label; not compressed, its case as it came.
    [[nodiscard]] const std::string& wire() const noexcept { return wire_; }
    /// wire() in lower case: equal for equal names.
    [[nodiscard]] std::string key() const;

    /// Is it `other`, or below it?
    [[nodiscard]] bool is_within(const Name& other) const noexcept;
    /// This name, which is within `from`, moved to the same place below `to` (RFC 6672 2.2);
    /// nothing when that is too long to be a name.
    [[nodiscard]] std::optional<Name> moved(const Name& from, const Name& to) const;

    friend bool operator==(const Name& a, const Name& b) noexcept;

private:
    explicit Name(std::string wire) : wire_(std::move(wire)) {}
    std::string wire_;
};

} // namespace postern::dns
