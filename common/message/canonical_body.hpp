// Canonical body, streaming (RFC 6376 3.4.3 simple, 3.4.4 relaxed): chunks in any cut, canonical
// octets out, no copy of the body.
//
//     BodyCanonicalizer body(Canonicalization::Relaxed);
//     const auto into_hash = [&](std::string_view octets) { hash.update(octets); };
//     body.update(chunk, into_hash); // as often as chunks come
//     body.finish(into_hash);
//
// Empty lines are held back (as a count) until a later line shows that they are not the tail; white
// space is held back (as a flag) until something follows it on its line. State is a few integers,
// whatever the size of the body or of its lines.
//
// A line ends in CRLF and in nothing else: a bare CR and a bare LF are octets of their line like
// any other, as RFC 6376 has it and as dkimpy and Mail::DKIM verify (both are run in
// tests/conformance/canonicalization). Postfix sends every line of a milter body with CRLF, so a
// bare LF reaches us only from files; a bare CR may come from anywhere.
#pragma once

#include "common/message/canonicalization.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>

namespace postern::message {

/// A reference to whatever takes canonical octets: any callable with a std::string_view. Does not
/// own it; made and used within one call. The view is good during the call only.
class OctetSink {
public:
    // Not for itself: copies stay copies.
    template <class Callable,
              std::enable_if_t<!std::is_same_v<std::remove_cv_t<Callable>, OctetSink>, int> = 0>
    explicit OctetSink(Callable& target) noexcept
        : target_(const_cast<void*>(static_cast<const void*>(std::addressof(target)))),
          call_([](void* into, std::string_view octets) {
              (*static_cast<Callable*>(into))(octets);
          }) {}
    void operator()(std::string_view octets) const { call_(target_, octets); }

private:
    void* target_;
    void (*call_)(void*, std::string_view);
};

class BodyCanonicalizer {
public:
    explicit BodyCanonicalizer(Canonicalization form) noexcept : form_(form) {}

    /// The next octets of the body. The sink is called with long pieces: views into `chunk` where
    /// nothing had to change, else a few kilobytes gathered on the stack.
    template <class Sink> void update(std::string_view chunk, Sink&& sink) {
        feed(chunk, OctetSink(sink));
    }
    /// The end of the body: the closing CRLF, if there is to be one. Afterwards as new.
    template <class Sink> void finish(Sink&& sink) { close(OctetSink(sink)); }

    [[nodiscard]] Canonicalization form() const noexcept { return form_; }
    /// Canonical octets handed out since the body began; those of finish() count too, until the
    /// next body begins.
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

private:
    class Output;

    void feed(std::string_view chunk, OctetSink sink);
    void close(OctetSink sink);
    const char* hold(const char* at, const char* end, bool until_clean, Output& out);
    const char* skip_uniform(const char* at, const char* end) noexcept;
    void release(Output& out);
    static const char* relax_blocks(const char* at, const char* last, Output& out);
    static void relax(const char* at, const char* end, Output& out);
    [[nodiscard]] bool is_clean() const noexcept { return held_lines_ == 0 && !wsp_ && !cr_; }

    Canonicalization form_;
    bool wsp_ = false;             ///< white space held back on the current line (relaxed only)
    bool cr_ = false;              ///< the last octet was a CR: of a CRLF, or bare?
    bool open_ = false;            ///< something was fed since the last finish()
    std::uint64_t held_lines_ = 0; ///< CRLFs held back, in front of wsp_ and cr_
    std::uint64_t octets_ = 0;
};

} // namespace postern::message
