#include "common/message/canonical_body.hpp"

#include "common/base/text.hpp"
#include "common/message/body_scan.hpp"

#include <algorithm>
#include <cstring>

namespace postern::message {

/// Between the rules and the sink: long pieces pass as they are, short ones are gathered, so that a
/// text with an edit in every sentence does not cost a hash call per sentence.
class BodyCanonicalizer::Output {
public:
    Output(OctetSink sink, std::uint64_t& octets) noexcept : sink_(sink), octets_(octets) {}

    void put(const char* at, std::size_t size) {
        octets_ += size;
        if (size <= sizeof gathered_ - used_ && size < kLong) {
            std::memcpy(gathered_ + used_, at, size);
            used_ += size;
            return;
        }
        flush();
        if (size < kLong) {
            std::memcpy(gathered_, at, size);
            used_ = size;
        } else {
            sink_(std::string_view(at, size));
        }
    }
    void put(char octet) { put(&octet, 1); }
    /// Two blocks of memory to write to; took() says how much of it holds canonical octets.
    char* room() {
        if (sizeof gathered_ - used_ < 2 * detail::kBlock) flush();
        return gathered_ + used_;
    }
    void took(std::size_t size) noexcept {
        octets_ += size;
        used_ += size;
    }
    void flush() {
        if (used_ > 0) sink_(std::string_view(gathered_, used_));
        used_ = 0;
    }

private:
    static constexpr std::size_t kLong = 1024; ///< from here on a call is cheaper than a copy
    OctetSink sink_;
    std::uint64_t& octets_;
    std::size_t used_ = 0;
    char gathered_[8192]; // filled up to used_; left uninitialized on purpose
};

namespace {

/// Sixteen CRLFs: empty lines that turn out not to be the tail.
constexpr std::string_view kLines =
    "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";
constexpr std::string_view kSpaces = "        ";

/// The end of what is followed by an ordinary octet in this chunk and so cannot be the tail.
const char* end_of_known(const char* at, const char* end, bool relaxed) noexcept {
    while (end > at) {
        const char c = end[-1];
        if (c != '\r' && c != '\n' && !(relaxed && is_wsp(c))) break;
        const bool uniform = end - at >= 8 && (std::memcmp(end - 8, kLines.data(), 8) == 0 ||
                                               std::memcmp(end - 8, kSpaces.data(), 8) == 0);
        end -= uniform && (relaxed || c == '\n') ? 8 : 1;
    }
    return end;
}

} // namespace

/// Lets go of everything held back in front of an ordinary octet.
void BodyCanonicalizer::release(Output& out) {
    for (; held_lines_ > 0; held_lines_ -= std::min<std::uint64_t>(held_lines_, kLines.size() / 2))
        out.put(kLines.data(), std::min<std::uint64_t>(held_lines_ * 2, kLines.size()));
    if (wsp_) out.put(' ');
    if (cr_) out.put('\r'); // it was a bare one
    wsp_ = cr_ = false;
}

/// Whole words of empty lines or of white space change a counter or a flag only: a body of blanks
/// costs next to nothing.
const char* BodyCanonicalizer::skip_uniform(const char* at, const char* end) noexcept {
    if (cr_) return at;
    while (end - at >= 8 && std::memcmp(at, kLines.data(), 8) == 0) {
        held_lines_ += 4;
        wsp_ = false;
        at += 8;
    }
    if (form_ == Canonicalization::Simple) return at;
    while (end - at >= 8 && std::memcmp(at, kSpaces.data(), 8) == 0) {
        wsp_ = true;
        at += 8;
    }
    return at;
}

/// The rules octet by octet, holding back what may be a tail. Stops at `end`, or as soon as nothing
/// is held back.
const char* BodyCanonicalizer::hold(const char* at, const char* end, bool until_clean,
                                    Output& out) {
    const bool relaxed = form_ == Canonicalization::Relaxed;
    while (at < end && !(until_clean && is_clean())) {
        at = skip_uniform(at, end);
        if (at == end) break;
        const char c = *at++;
        if (c == '\n' && cr_) {
            ++held_lines_;
            wsp_ = cr_ = false;
            continue;
        }
        if (cr_) release(out);
        if (c == '\r') {
            cr_ = true;
        } else if (relaxed && is_wsp(c)) {
            wsp_ = true;
        } else {
            release(out);
            out.put(c);
        }
    }
    return at;
}

/// Where one edit is, more are near (double spaces, indentation): whole blocks by mask and copy,
/// until a kilobyte needed none or fewer than two blocks are left. Returns where it stopped.
const char* BodyCanonicalizer::relax_blocks(const char* at, const char* last, Output& out) {
    constexpr auto kBlock = static_cast<std::ptrdiff_t>(detail::kBlock);
    for (int untouched = 0; untouched < 16 && last - at >= 2 * kBlock; at += kBlock) {
        const detail::BlockEdits edits = detail::find_edits(at);
        out.took(detail::apply_edits(edits, at, out.room()));
        untouched = edits == detail::BlockEdits{} ? untouched + 1 : 0;
    }
    return at;
}

/// Octets with an ordinary one at the end (`end[-1]`), nothing held back in front of them: no CRLF
/// in here can belong to the tail, so only white space needs work.
void BodyCanonicalizer::relax(const char* at, const char* end, Output& out) {
    const char* const last = end - 1;
    while (true) {
        const char* edit = detail::find_white_space_to_edit(at, last);
        if (edit == last) break;
        if (last - edit >= 2 * static_cast<std::ptrdiff_t>(detail::kBlock)) {
            out.put(at, static_cast<std::size_t>(edit - at));
            at = relax_blocks(edit, last, out);
            continue;
        }
        const char* behind = edit + 1;
        while (is_wsp(*behind)) // stops at *last at the latest
            ++behind;
        const bool at_line_end = behind[0] == '\r' && behind[1] == '\n';
        if (at_line_end) {
            out.put(at, static_cast<std::size_t>(edit - at));
        } else if (*edit == ' ') {
            out.put(at, static_cast<std::size_t>(edit + 1 - at));
        } else {
            out.put(at, static_cast<std::size_t>(edit - at));
            out.put(' ');
        }
        at = behind;
    }
    out.put(at, static_cast<std::size_t>(end - at));
}

void BodyCanonicalizer::feed(std::string_view chunk, OctetSink sink) {
    if (!open_) octets_ = 0;
    open_ = true;
    const bool relaxed = form_ == Canonicalization::Relaxed;
    const char* at = chunk.data();
    const char* const end = at + chunk.size();
    const char* const known = end_of_known(at, end, relaxed);

    Output out(sink, octets_);
    if (!is_clean()) at = hold(at, known, true, out);
    if (at < known) {
        if (relaxed)
            relax(at, known, out);
        else
            out.put(at, static_cast<std::size_t>(known - at));
    }
    hold(known, end, false, out);
    out.flush();
}

void BodyCanonicalizer::close(OctetSink sink) {
    if (!open_) octets_ = 0;
    Output out(sink, octets_);
    if (cr_) release(out);
    // The last line gets its CRLF, whether it came or not; what is held back otherwise is the tail.
    if (octets_ > 0 || form_ == Canonicalization::Simple) out.put("\r\n", 2);
    out.flush();
    held_lines_ = 0;
    wsp_ = open_ = false;
}

} // namespace postern::message
