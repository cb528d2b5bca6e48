#include "common/message/tag_list.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <iterator>

namespace postern::message {

namespace {

/// Walks over the text; every failure names the octet it stands at.
class Reader {
public:
    explicit Reader(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
    [[nodiscard]] char peek() const noexcept { return text_[at_]; }
    void step() noexcept { ++at_; }

    /// *(WSP / CRLF WSP): FWS as RFC 6376 2.8 has it, and several folds in a row. False at a CR or
    /// LF that folds nothing.
    bool skip_folding() noexcept {
        while (!at_end() && is_space(peek())) {
            if (!is_wsp(peek()) && !is_fold()) return false;
            at_ += is_wsp(peek()) ? 1 : 3;
        }
        return true;
    }
    std::string_view name() noexcept {
        const std::size_t start = at_;
        if (!at_end() && is_alpha(peek()))
            while (!at_end() && (is_alpha(peek()) || is_digit(peek()) || peek() == '_'))
                ++at_;
        return text_.substr(start, at_ - start);
    }
    /// Up to the next ";" or the end, without white space behind it. False at an octet that no
    /// value has.
    bool value(std::string_view& value) noexcept {
        const std::size_t start = at_;
        std::size_t end = at_;
        while (!at_end() && peek() != ';') {
            if (is_space(peek())) {
                if (!skip_folding()) return false;
                continue;
            }
            const auto octet = static_cast<unsigned char>(peek());
            if (octet < 0x21 || octet == 0x7f) return false;
            end = ++at_;
        }
        value = text_.substr(start, end - start);
        return true;
    }
    [[nodiscard]] tl::unexpected<Error> wrong(const std::string& what) const {
        return fail(what + " at octet " + std::to_string(at_));
    }

private:
    [[nodiscard]] bool is_fold() const noexcept {
        return text_.substr(at_, 2) == "\r\n" && at_ + 2 < text_.size() && is_wsp(text_[at_ + 2]);
    }
    std::string_view text_;
    std::size_t at_ = 0;
};

constexpr const char* kBadFold = "a line end that folds nothing";

} // namespace

Result<TagList> TagList::parse(std::string_view text) {
    if (!is_utf8(text)) return fail("not UTF-8");
    TagList list;
    Reader reader(text);
    while (true) {
        if (!reader.skip_folding()) return reader.wrong(kBadFold);
        if (reader.at_end()) {
            if (list.tags_.empty()) return reader.wrong("no tags");
            return list; // one ";" may stand at the end
        }
        if (list.tags_.size() == kMaxTags) return reader.wrong("too many tags");
        Tag tag;
        tag.name = reader.name();
        if (tag.name.empty())
            return reader.wrong(reader.peek() == ';' ? "an empty tag" : "no tag name");
        if (!reader.skip_folding()) return reader.wrong(kBadFold);
        if (reader.at_end() || reader.peek() != '=')
            return reader.wrong("no \"=\" behind the tag name " + std::string(tag.name));
        reader.step();
        if (!reader.skip_folding()) return reader.wrong(kBadFold);
        if (!reader.value(tag.value))
            return reader.wrong("an octet that the value of " + std::string(tag.name) +
                                "= must not have");
        if (list.find(tag.name)) return reader.wrong("tag " + std::string(tag.name) + "= twice");
        list.tags_.push_back(tag);
        if (reader.at_end()) return list;
        reader.step(); // the ";"
    }
}

std::optional<std::string_view> TagList::find(std::string_view name) const noexcept {
    const auto found =
        std::find_if(tags_.begin(), tags_.end(), [&](const Tag& tag) { return tag.name == name; });
    if (found == tags_.end()) return std::nullopt;
    return found->value;
}

std::string without_folding(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    std::copy_if(value.begin(), value.end(), std::back_inserter(out),
                 [](char c) { return !is_space(c); });
    return out;
}

} // namespace postern::message
