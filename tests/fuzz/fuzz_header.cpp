// Any octets as the header of a message: splitting it, and both canonical forms of what was found.
#include "common/base/invariant.hpp"
#include "common/message/canonical_header.hpp"
#include "common/message/header.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using postern::invariant;
using namespace postern::message;

namespace {

std::string canonical(const HeaderBlock& block, Canonicalization form) {
    std::string out;
    for (std::size_t i = 0; i < block.size(); ++i)
        append_canonical_header(out, block[i], form);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view raw(reinterpret_cast<const char*>(data), size);
    const auto parsed = HeaderBlock::parse(raw);
    if (!parsed) return 0;
    const HeaderBlock& block = parsed->headers;
    invariant(parsed->body_start <= size, "the body starts within the message");

    const std::string simple = canonical(block, Canonicalization::Simple);
    invariant(simple == block.text(), "simple changes nothing");
    const auto again = HeaderBlock::parse(simple);
    invariant(again && again->headers.text() == simple, "a parsed header parses to itself");

    const std::string relaxed = canonical(block, Canonicalization::Relaxed);
    invariant(relaxed.size() <= simple.size(), "relaxed only takes away");
    const auto reduced = HeaderBlock::parse(relaxed);
    invariant(reduced && reduced->headers.size() == block.size(), "relaxed keeps each field");
    invariant(canonical(reduced->headers, Canonicalization::Relaxed) == relaxed,
              "relaxed of relaxed is the same");
    for (std::size_t i = 0; i < block.size(); ++i) {
        invariant(block.count(block[i].name) > 0, "a field is found by its own name");
        invariant(block.find(block[i].name) <= i, "the first of its name is not behind it");
        invariant(block.find_last(block[i].name, i + 1) == i, "the last up to here is this one");
        if (i == 100) break; // finding is linear; this loop shall not be quadratic
    }
    return 0;
}
