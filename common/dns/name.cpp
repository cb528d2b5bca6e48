#include "common/dns/name.hpp"

#include "common/base/text.hpp"

#include <utility>

namespace postern::dns {
namespace {

std::size_t octet(char c) noexcept { return static_cast<unsigned char>(c); }

} // namespace

std::optional<Name> Name::parse(std::string_view text) {
    if (text == ".") text = {};
    std::string wire;
    std::string label;
    const auto end_label = [&] {
        if (label.empty() || label.size() > kMaxLabel) return false;
        wire.push_back(static_cast<char>(label.size()));
        wire += label;
        label.clear();
        return wire.size() < kMaxWire; // the root label has to fit as well
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.') {
            if (!end_label()) return std::nullopt;
            continue;
        }
        if (text[i] == '\\') {
            ++i;
            if (i == text.size() || (text[i] != '.' && text[i] != '\\')) return std::nullopt;
        }
        label.push_back(text[i]);
    }
    // An empty rest is the closing dot, or the root.
    if (!label.empty() && !end_label()) return std::nullopt;
    wire.push_back('\0');
    return Name(std::move(wire));
}

std::optional<Name> Name::from_wire(std::span<const std::uint8_t> wire) {
    if (wire.size() > kMaxWire) return std::nullopt;
    std::size_t at = 0;
    while (at < wire.size() && wire[at] != 0) {
        if (wire[at] > kMaxLabel) return std::nullopt;
        at += 1 + std::size_t{wire[at]};
    }
    if (at + 1 != wire.size()) return std::nullopt;
    return Name(std::string(as_text(wire)));
}

std::string Name::text() const {
    std::string text;
    for (std::size_t at = 0; octet(wire_[at]) != 0; at += 1 + octet(wire_[at])) {
        if (at != 0) text.push_back('.');
        for (const char c : std::string_view(wire_).substr(at + 1, octet(wire_[at]))) {
            if (c == '.' || c == '\\') text.push_back('\\');
            text.push_back(c);
        }
    }
    return text;
}

// Length octets are at most 63 and no ASCII letter is below 65, so lowering the whole leaves them.
std::string Name::key() const { return to_lower(wire_); }

bool Name::is_within(const Name& other) const noexcept {
    const std::string_view wire = wire_;
    for (std::size_t at = 0; wire.size() - at >= other.wire_.size(); at += 1 + octet(wire[at])) {
        if (iequals(wire.substr(at), other.wire_)) return true;
        if (octet(wire[at]) == 0) break;
    }
    return false;
}

std::optional<Name> Name::moved(const Name& from, const Name& to) const {
    if (!is_within(from)) return std::nullopt;
    const std::size_t own = wire_.size() - from.wire_.size();
    if (own + to.wire_.size() > kMaxWire) return std::nullopt;
    return Name(wire_.substr(0, own) + to.wire_);
}

bool operator==(const Name& a, const Name& b) noexcept { return iequals(a.wire_, b.wire_); }

} // namespace postern::dns
