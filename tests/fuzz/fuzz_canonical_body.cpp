// Any octets as a body, cut anywhere: the first octet says how many cuts follow as one octet each
// (chunk sizes, 255 stands for 64 KiB); the rest is the body.
#include "common/base/invariant.hpp"
#include "common/message/body_scan.hpp"
#include "common/message/canonical_body.hpp"
#include "common/message/survey.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using postern::invariant;
using namespace postern::message;

namespace {

template <class Use> void in_chunks(std::string_view body, std::string_view cuts, const Use& use) {
    std::size_t turn = 0;
    while (!body.empty()) {
        std::size_t size = body.size();
        if (!cuts.empty()) {
            const auto cut = static_cast<unsigned char>(cuts[turn++ % cuts.size()]);
            size = cut == 255 ? 65536 : cut;
            if (size == 0) use(body.substr(0, 0));
            size = std::max<std::size_t>(size, 1);
        }
        // an exact copy, so that a sanitizer sees one octet read too far
        const std::string chunk(body.substr(0, size));
        use(std::string_view(chunk));
        body.remove_prefix(chunk.size());
    }
}

std::string canonical(Canonicalization form, std::string_view body, std::string_view cuts) {
    BodyCanonicalizer canonicalizer(form);
    std::string out;
    const auto sink = [&](std::string_view octets) { out.append(octets); };
    in_chunks(body, cuts, [&](std::string_view chunk) { canonicalizer.update(chunk, sink); });
    canonicalizer.finish(sink);
    invariant(canonicalizer.octets() == out.size(), "octets are counted");
    return out;
}

void check_scans(std::string_view body) {
#if defined(__SSE2__)
    if (body.empty()) return;
    const char* const last = body.data() + body.size() - 1;
    invariant(detail::find_white_space_to_edit_sse2(body.data(), last) ==
                  detail::find_white_space_to_edit_portable(body.data(), last),
              "the two scans agree");
#else
    static_cast<void>(body);
#endif
}

void check_survey(std::string_view body, std::string_view cuts) {
    BodySurvey whole, chunked, portable;
    whole.update(body);
    in_chunks(body, cuts, [&](std::string_view chunk) { chunked.update(chunk); });
    in_chunks(body, cuts, [&](std::string_view chunk) { portable.update_portable(chunk); });
    for (BodySurvey* survey : {&whole, &chunked, &portable}) {
        survey->finish();
        invariant(survey->longest_line() == whole.longest_line() &&
                      survey->has_8bit() == whole.has_8bit() &&
                      survey->has_nul() == whole.has_nul() &&
                      survey->has_bare_cr() == whole.has_bare_cr() &&
                      survey->has_bare_lf() == whole.has_bare_lf(),
                  "a survey is the same for any cut");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body(reinterpret_cast<const char*>(data), size);
    if (body.empty()) return 0;
    const auto count =
        std::min<std::size_t>(static_cast<unsigned char>(body[0]) % 16, body.size() - 1);
    const std::string_view cuts = body.substr(1, count);
    body.remove_prefix(1 + count);

    for (const auto form : {Canonicalization::Simple, Canonicalization::Relaxed}) {
        const std::string whole = canonical(form, body, {});
        invariant(canonical(form, body, cuts) == whole, "the same for any cut");
        invariant(canonical(form, whole, {}) == whole, "canonical stays canonical");
        invariant(whole.empty() || whole.ends_with("\r\n"), "CRLF at the end");
        invariant(whole == "\r\n" || !whole.ends_with("\r\n\r\n"), "no empty line at the end");
    }
    check_scans(body);
    check_survey(body, cuts);
    return 0;
}
