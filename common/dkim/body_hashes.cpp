#include "common/dkim/body_hashes.hpp"

#include <algorithm>

namespace postern::dkim {

using message::Canonicalization;

std::size_t BodyHashes::want(Canonicalization form, std::optional<std::uint64_t> length) {
    const auto found = std::find_if(wanted_.begin(), wanted_.end(), [&](const Wanted& wanted) {
        return wanted.form == form && wanted.length == length;
    });
    if (found != wanted_.end()) return static_cast<std::size_t>(found - wanted_.begin());
    wanted_.push_back({form, length, length.value_or(0), {}, {}});
    forms_[form == Canonicalization::Simple ? 0 : 1].wanted.push_back(wanted_.size() - 1);
    return wanted_.size() - 1;
}

void BodyHashes::take(const Form& form, std::string_view octets) {
    for (const std::size_t index : form.wanted) {
        Wanted& wanted = wanted_[index];
        if (!wanted.length) {
            wanted.stream.update(octets);
            continue;
        }
        const auto part = octets.substr(
            0, static_cast<std::size_t>(std::min<std::uint64_t>(wanted.left, octets.size())));
        wanted.stream.update(part);
        wanted.left -= part.size();
    }
}

void BodyHashes::update(std::string_view chunk) {
    for (Form& form : forms_) {
        if (form.wanted.empty()) continue;
        const auto into_hashes = [&](std::string_view octets) { take(form, octets); };
        form.canonical.update(chunk, into_hashes);
    }
}

void BodyHashes::finish() {
    for (Form& form : forms_) {
        if (form.wanted.empty()) continue;
        const auto into_hashes = [&](std::string_view octets) { take(form, octets); };
        form.canonical.finish(into_hashes);
        for (const std::size_t index : form.wanted)
            wanted_[index].result = {wanted_[index].stream.finish(), form.canonical.octets()};
    }
}

} // namespace postern::dkim
