#include "common/dkim/body_guesses.hpp"
#include "common/dkim/diagnosis.hpp"
#include "common/message/canonical_body.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace postern::dkim {
namespace {

using message::Canonicalization;

constexpr std::uint64_t kHashEnd = 64; ///< octets a hash is padded by, at most
constexpr std::size_t kGrowth = 4;     ///< times a guess may be longer than the body

/// Hashes candidates and remembers which of the wanted hashes has been met. Equal wants are one.
class Search {
public:
    Search(std::span<const WantedBodyHash> wanted, const DiagnosisLimits& limits,
           DiagnosisWork& work)
        : limits_(limits), work_(work) {
        for (const WantedBodyHash& want : wanted)
            if (find(want) == wants_.end() && wants_.size() < limits.body_hashes)
                wants_.push_back({want, {}});
    }

    [[nodiscard]] std::string_view text_for(const WantedBodyHash& want) {
        const auto found = find(want);
        return found == wants_.end() ? std::string_view() : found->text;
    }

    /// Is there a hash of this form still to be found?
    [[nodiscard]] bool looks_for(Canonicalization form) const {
        return std::any_of(wants_.begin(), wants_.end(), [&](const Want& want) {
            return want.text.empty() && want.wanted.form == form;
        });
    }

    /// The whole body as in `canonical`.
    void whole(std::string_view canonical, std::string_view text) {
        stream_.reset();
        update(canonical);
        end({}, text);
    }
    void prefixes(std::string_view canonical);

private:
    struct Want {
        WantedBodyHash wanted;
        std::string_view text;
    };
    struct Tail {
        std::size_t start;         ///< of the closing boundary line
        std::string_view boundary; ///< "--boundary"
    };

    std::vector<Want>::iterator find(const WantedBodyHash& want) {
        return std::find_if(wants_.begin(), wants_.end(),
                            [&](const Want& have) { return have.wanted == want; });
    }
    void update(std::string_view octets) {
        stream_.update(octets);
        work_.hashed_octets += octets.size();
    }
    /// The body ended here, with `tail` behind what has been hashed.
    void end(std::string_view tail, std::string_view text) {
        const crypto::Sha256 hash = stream_.so_far(tail);
        work_.hashed_octets += tail.size() + kHashEnd;
        for (Want& want : wants_)
            if (want.text.empty() && want.wanted.hash == hash) want.text = text;
    }
    [[nodiscard]] static std::optional<Tail> find_tail(std::string_view canonical);
    void try_end(std::string_view canonical, std::size_t at, const std::optional<Tail>& tail);

    DiagnosisLimits limits_;
    DiagnosisWork& work_;
    std::vector<Want> wants_;
    crypto::Sha256Stream stream_;
};

/// The last line that closes a multipart, "--boundary--", if it is near the end.
std::optional<Search::Tail> Search::find_tail(std::string_view canonical) {
    constexpr std::size_t kMaxTail = 256;
    std::size_t end = canonical.size();
    while (end >= 2 && canonical.size() - end < kMaxTail) {
        const auto before = end >= 4 ? canonical.rfind("\r\n", end - 4) : std::string_view::npos;
        const std::size_t start = before == std::string_view::npos ? 0 : before + 2;
        if (canonical.size() - start > kMaxTail) break;
        const std::string_view line = canonical.substr(start, end - 2 - start);
        if (line.size() >= 5 && line.starts_with("--") && line.ends_with("--"))
            return Tail{start, line.substr(0, line.size() - 2)};
        end = start;
    }
    return std::nullopt;
}

/// The body ended here once: as it stands, or with the boundary that closes it at its end.
void Search::try_end(std::string_view canonical, std::size_t at, const std::optional<Tail>& tail) {
    const bool behind_empty_line = at >= 4 && canonical.substr(at - 4, 4) == "\r\n\r\n";
    if (!behind_empty_line) end({}, "footer appended");
    if (!tail || at >= tail->start) return;
    const bool part = canonical.substr(at).starts_with(tail->boundary);
    end(canonical.substr(tail->start), part ? "footer appended as a part" : "footer appended");
}

/// Every line end from the end of the body on, as many as the limit allows, in one pass.
void Search::prefixes(std::string_view canonical) {
    const auto tail = find_tail(canonical);
    std::vector<std::size_t> ends;
    std::size_t at = canonical.size();
    while (at >= 4 && ends.size() < limits_.line_ends) {
        const auto before = canonical.rfind("\r\n", at - 4);
        if (before == std::string_view::npos) break;
        at = before + 2;
        ends.push_back(at);
    }
    stream_.reset();
    std::size_t hashed = 0;
    for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
        update(canonical.substr(hashed, *end - hashed));
        hashed = *end;
        try_end(canonical, *end, tail);
    }
}

std::string canonical_body(std::string_view body, Canonicalization form) {
    std::string canonical;
    canonical.reserve(body.size() + 2);
    const auto into = [&](std::string_view octets) { canonical += octets; };
    message::BodyCanonicalizer canonicalizer(form);
    canonicalizer.update(body, into);
    canonicalizer.finish(into);
    return canonical;
}

std::string with_bare_lf(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        out += text.substr(0, end);
        if (end == std::string_view::npos) break;
        out += '\n';
        text.remove_prefix(end + 2);
    }
    return out;
}

} // namespace

void BodyDiagnosis::update(std::string_view chunk) {
    if (gave_up_) return;
    if (chunk.size() > limits_.body_octets - body_.size()) {
        gave_up_ = true;
        body_ = std::string(); // gives the memory back
        return;
    }
    body_.append(chunk);
}

std::vector<std::string_view> BodyDiagnosis::explain(std::span<const WantedBodyHash> wanted) {
    std::vector<std::string_view> texts(wanted.size());
    if (gave_up_) return texts;
    constexpr std::array kForms{Canonicalization::Relaxed, Canonicalization::Simple};
    Search search(wanted, limits_, work_);

    if (search.looks_for(Canonicalization::Simple))
        search.whole(canonical_body(body_, Canonicalization::Relaxed), "white space changed");
    if (search.looks_for(Canonicalization::Relaxed))
        search.whole(canonical_body(body_, Canonicalization::Simple), "hashed in another form");
    for (const Canonicalization form : kForms) {
        if (!search.looks_for(form)) continue;
        const std::string canonical = canonical_body(body_, form);
        search.prefixes(canonical);
        search.whole(canonical_body({}, form), "body was empty");
        // Signers that hash a file before it gets the line ends of SMTP, or that leave the last
        // line as it is.
        search.whole(with_bare_lf(canonical), "line ends changed");
        if (canonical.size() > 2)
            search.whole(std::string_view(canonical).substr(0, canonical.size() - 2),
                         "line ends changed");
    }
    if (const auto part = first_part(body_); !part.empty())
        for (const Canonicalization form : kForms)
            if (search.looks_for(form))
                search.whole(canonical_body(part, form), "wrapped into a multipart");

    for (const BodyGuess& guess : body_guesses()) {
        if (!search.looks_for(kForms[0]) && !search.looks_for(kForms[1])) break;
        const std::string body = guess.take_back(body_, *headers_);
        if (body == body_ || body.size() > kGrowth * body_.size() + kHashEnd) continue;
        for (const Canonicalization form : kForms)
            if (search.looks_for(form)) search.whole(canonical_body(body, form), guess.text);
    }
    std::transform(wanted.begin(), wanted.end(), texts.begin(),
                   [&](const WantedBodyHash& want) { return search.text_for(want); });
    return texts;
}

} // namespace postern::dkim
