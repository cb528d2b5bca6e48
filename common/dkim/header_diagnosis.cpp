#include "common/base/text.hpp"
#include "common/dkim/diagnosis.hpp"
#include "common/dkim/signed_fields.hpp"
#include "common/dkim/subject_label.hpp"
#include "common/message/canonical_header.hpp"
#include "common/message/tag_list.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace postern::dkim {
namespace {

using message::Canonicalization;
using message::HeaderBlock;

/// Names that may stand in a text: what relays and lists add or change, the likeliest first.
constexpr std::array<std::string_view, 23> kNames = {"Reply-To",
                                                     "Sender",
                                                     "List-Unsubscribe",
                                                     "List-Unsubscribe-Post",
                                                     "List-Id",
                                                     "List-Post",
                                                     "List-Help",
                                                     "List-Subscribe",
                                                     "List-Archive",
                                                     "List-Owner",
                                                     "Cc",
                                                     "MIME-Version",
                                                     "Content-Transfer-Encoding",
                                                     "Content-Type",
                                                     "To",
                                                     "Date",
                                                     "Message-ID",
                                                     "Subject",
                                                     "In-Reply-To",
                                                     "References",
                                                     "Content-Disposition",
                                                     "Content-Description",
                                                     "From"};

/// The name as it may stand in a text, or nothing.
std::optional<std::string_view> known_name(std::string_view name) {
    const auto* const found = std::find_if(
        kNames.begin(), kNames.end(), [&](std::string_view one) { return iequals(one, name); });
    return found == kNames.end() ? std::nullopt : std::optional(*found);
}

std::string canonical(std::string_view name, std::string_view value, Canonicalization form) {
    std::string whole(name);
    whole += ':';
    whole += value;
    std::string out;
    const std::string_view view = whole;
    message::append_canonical_header(
        out, {view.substr(0, name.size()), view.substr(name.size() + 1), view}, form);
    return out;
}

/// What h= covers, entry by entry, and one candidate after another made of it.
class HeaderSearch {
public:
    HeaderSearch(const BrokenHeader& broken, const HeaderHashVerifies& verifies,
                 DiagnosisWork& work, const DiagnosisLimits& limits)
        : broken_(broken), verifies_(verifies), work_(work), limits_(limits),
          entries_(broken.names.size()) {
        FieldStacks stacks(broken.headers, broken.names, broken.field);
        for (std::size_t i = 0; i < entries_.size(); ++i)
            entries_[i].field = stacks.take(broken.names[i]);
    }

    [[nodiscard]] bool is_small_enough() const {
        std::size_t octets = broken_.signature_field.size();
        for (const Entry& entry : entries_)
            if (entry.field != HeaderBlock::npos)
                octets += broken_.headers[entry.field].whole.size() + 2;
        return octets <= limits_.header_octets;
    }

    std::string explain() {
        for (Entry& entry : entries_)
            if (entry.field != HeaderBlock::npos)
                message::append_canonical_header(entry.text, broken_.headers[entry.field],
                                                 broken_.form);
        if (subject_prefixed()) return "Subject prefixed";
        if (std::string text = compared_with_copies(); !text.empty()) return text;
        if (broken_.form == Canonicalization::Simple)
            if (const auto text = reformatted(); !text.empty()) return std::string(text);
        if (author_moved()) return "field From changed";
        if (encoding_changed()) return "field Content-Transfer-Encoding changed";
        if (const auto name = added(); name) return "field " + std::string(*name) + " added";
        return {};
    }

private:
    struct Entry {
        std::size_t field = HeaderBlock::npos; ///< in the header; npos: absent
        std::string text;                      ///< canonical, empty if absent
    };

    /// `text_of(index)` gives what entry `index` of h= was.
    template <class TextOf> bool verifies(const TextOf& text_of, std::string_view signature_field) {
        if (work_.verifications >= limits_.verifications) return false;
        stream_.reset();
        const auto update = [&](std::string_view octets) {
            stream_.update(octets);
            work_.hashed_octets += octets.size();
        };
        for (std::size_t i = 0; i < entries_.size(); ++i)
            update(text_of(i));
        update(signature_field);
        ++work_.verifications;
        return verifies_(stream_.finish());
    }
    bool verifies_with(std::size_t changed, std::string_view text) {
        return verifies(
            [&](std::size_t i) { return i == changed ? text : std::string_view(entries_[i].text); },
            broken_.signature_field);
    }

    /// The first entry of this name that there is a field for, or the number of entries.
    [[nodiscard]] std::size_t find(std::string_view name) const {
        std::size_t i = 0;
        while (i < entries_.size() &&
               !(entries_[i].field != HeaderBlock::npos && iequals(broken_.names[i], name)))
            ++i;
        return i;
    }
    [[nodiscard]] message::FieldView field(std::size_t entry) const {
        return broken_.headers[entries_[entry].field];
    }

    bool subject_prefixed();
    std::string compared_with_copies();
    std::string_view reformatted();
    bool author_moved();
    bool encoding_changed();
    std::optional<std::string_view> added();

    const BrokenHeader& broken_;
    const HeaderHashVerifies& verifies_;
    DiagnosisWork& work_;
    const DiagnosisLimits& limits_;
    std::vector<Entry> entries_;
    crypto::Sha256Stream stream_;
};

/// "[list] Re: x" was "Re: x", and "Re: [list] x" was "Re: x" or "x"; there may be two labels.
bool HeaderSearch::subject_prefixed() {
    const std::size_t entry = find("Subject");
    if (entry == entries_.size()) return false;
    const auto subject = field(entry);
    const std::size_t start = leading_blanks(subject.value);
    const std::string_view front = subject.value.substr(0, start);
    std::string_view reply;
    std::string_view rest = subject.value.substr(start);
    if (const auto size = leading_reply_mark(rest); size > 0) {
        reply = rest.substr(0, size);
        rest.remove_prefix(size);
    }
    const auto was = [&](std::string_view mark) {
        const std::string value = std::string(front) + std::string(mark) + std::string(rest);
        return verifies_with(entry, canonical(subject.name, value, broken_.form));
    };
    for (int labels = 0; labels < 2; ++labels) {
        const auto size = leading_label(rest);
        if (size == 0) break;
        rest.remove_prefix(size);
        if (was(reply) || (!reply.empty() && was(""))) return true;
    }
    return false;
}

/// dkim-quoted-printable (RFC 6376 2.11) with the white space taken out before; "%x" that is none
/// stays.
std::string decode_copy(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = text[i] == '=' && i + 2 < text.size()
                               ? parse_number<std::uint8_t>(text.substr(i + 1, 2), 16)
                               : std::nullopt;
        out += octet ? static_cast<char>(*octet) : text[i];
        if (octet) i += 2;
    }
    return out;
}

/// With z= the signer tells what it saw. The signature has to verify with it: z= is covered by it.
std::string HeaderSearch::compared_with_copies() {
    if (broken_.field == HeaderBlock::npos) return {};
    const auto tags = message::TagList::parse(broken_.headers[broken_.field].value);
    const auto copied = tags ? tags->find("z") : std::nullopt;
    if (!copied) return {};
    std::vector<std::string> texts;
    for (const Entry& entry : entries_)
        texts.push_back(entry.text);
    std::vector<std::size_t> changed;
    constexpr std::size_t kMaxCopies = 100;
    std::size_t seen = 0;
    const std::string copies = message::without_folding(*copied);
    for (const std::string_view copy : split(copies, '|')) {
        if (++seen > kMaxCopies) break;
        const auto halves = cut(copy, ':');
        const std::size_t entry = halves ? find(halves->before) : entries_.size();
        if (entry == entries_.size()) continue;
        std::string text = canonical(field(entry).name, decode_copy(halves->after), broken_.form);
        if (text == texts[entry]) continue;
        texts[entry] = std::move(text);
        changed.push_back(entry);
    }
    const auto text_of = [&](std::size_t i) { return std::string_view(texts[i]); };
    if (changed.empty() || !verifies(text_of, broken_.signature_field)) return {};
    const auto name = changed.size() == 1 ? known_name(broken_.names[changed[0]]) : std::nullopt;
    return name ? "field " + std::string(*name) + " changed" : "header fields changed";
}

std::string without_folds(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (i + 2 < text.size() && text.substr(i, 2) == "\r\n")
            ++i;
        else
            out += text[i];
    return out;
}
std::string without_cr(std::string_view text) {
    std::string out(text);
    std::erase(out, '\r');
    return out;
}
std::string with_blank_in_folds(std::string_view text, char blank) {
    std::string out(text);
    for (auto at = out.find("\r\n"); at != std::string::npos && at + 2 < out.size();
         at = out.find("\r\n", at + 2))
        out[at + 2] = blank;
    return out;
}
std::string folded_by_tabs(std::string_view text) { return with_blank_in_folds(text, '\t'); }
std::string folded_by_spaces(std::string_view text) { return with_blank_in_folds(text, ' '); }

/// Under "simple" every octet counts: folds taken out, the blank in them changed, LF for CRLF.
std::string_view HeaderSearch::reformatted() {
    struct Way {
        std::string_view text;
        std::string (*change)(std::string_view);
    };
    constexpr std::array<Way, 4> kWays{
        Way{"white space changed", without_folds}, Way{"white space changed", folded_by_tabs},
        Way{"white space changed", folded_by_spaces}, Way{"line ends changed", without_cr}};
    for (const Way& way : kWays) {
        std::vector<std::string> texts;
        bool differs = false;
        for (const Entry& entry : entries_) {
            texts.push_back(way.change(entry.text));
            differs = differs || texts.back() != entry.text;
        }
        const std::string signature_field = way.change(broken_.signature_field);
        differs = differs || signature_field != broken_.signature_field;
        const auto text_of = [&](std::size_t i) { return std::string_view(texts[i]); };
        if (differs && verifies(text_of, signature_field)) return way.text;
    }
    return {};
}

/// Lists that put themselves into From leave the author somewhere else.
bool HeaderSearch::author_moved() {
    const std::size_t entry = find("From");
    if (entry == entries_.size()) return false;
    constexpr std::size_t kLongest = 1000;
    constexpr std::array<std::string_view, 3> kPlaces = {"Reply-To", "X-Original-From",
                                                         "Original-From"};
    for (const std::string_view place : kPlaces) {
        const std::size_t at = broken_.headers.find(place);
        if (at == HeaderBlock::npos || broken_.headers[at].value.size() > kLongest) continue;
        if (verifies_with(entry,
                          canonical(field(entry).name, broken_.headers[at].value, broken_.form)))
            return true;
    }
    return false;
}

bool HeaderSearch::encoding_changed() {
    const std::size_t entry = find("Content-Transfer-Encoding");
    if (entry == entries_.size()) return false;
    constexpr std::array<std::string_view, 4> kWords = {"7bit", "8bit", "quoted-printable",
                                                        "base64"};
    const auto value = field(entry).value;
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
        return !iequals(trim(value), word) &&
               verifies_with(entry,
                             canonical(field(entry).name, " " + std::string(word), broken_.form));
    });
}

/// One field left out: h= names it although it was not there yet. Of several fields of one name
/// the uppermost, as a relay adds it.
std::optional<std::string_view> HeaderSearch::added() {
    for (const std::string_view name : kNames) {
        std::size_t last = entries_.size();
        for (std::size_t i = 0; i < entries_.size(); ++i)
            if (entries_[i].field != HeaderBlock::npos && iequals(broken_.names[i], name)) last = i;
        if (last < entries_.size() && verifies_with(last, "")) return name;
    }
    return std::nullopt;
}

} // namespace

std::string explain_header(const BrokenHeader& broken, const HeaderHashVerifies& verifies,
                           DiagnosisWork& work, const DiagnosisLimits& limits) {
    HeaderSearch search(broken, verifies, work, limits);
    return search.is_small_enough() ? search.explain() : std::string();
}

} // namespace postern::dkim
