// Any header before the scrub: what it lets stand names somebody else, and what it removes is where
// it says.
#include "common/authres/field.hpp"
#include "common/authres/scrub.hpp"
#include "common/base/domain.hpp"
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using postern::iequals;
using postern::invariant;
using namespace postern::authres;
using postern::message::HeaderBlock;

namespace {

const Scrubber& scrubber() {
    static const Scrubber scrubber({.authserv_ids = {"mx.example.org", "b\xc3\xbc\x63her.example"},
                                    .extra_names = {"X-Spam"}});
    return scrubber;
}

/// Counted by hand, as Postfix does.
void check_index(const HeaderBlock& headers, const Removal& removal) {
    int index = 0;
    for (std::size_t i = 0; i <= removal.field; ++i)
        if (iequals(headers[i].name, removal.name)) ++index;
    invariant(index == removal.index && headers[removal.field].name == removal.name,
              "a removal is what it says");
    invariant(!removal.why.empty(), "and says why");
}

void check_kept(const HeaderBlock& headers) {
    for (std::size_t i = 0; i < headers.size(); ++i) {
        invariant(!iequals(headers[i].name, "Received-SPF") && !iequals(headers[i].name, "X-Spam"),
                  "these always go");
        if (!iequals(headers[i].name, "Authentication-Results")) continue;
        const auto field = parse(headers[i].value);
        if (!field) continue;
        invariant(!postern::is_same_or_below(field->authserv_id, "mx.example.org") &&
                      !postern::is_same_or_below(field->authserv_id, "xn--bcher-kva.example") &&
                      !field->authserv_id.empty(),
                  "what stays is clearly not ours");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    HeaderBlock one;
    one.add("Authentication-Results", text);
    check_kept(without(one, scrubber().removals(one)));

    const auto parsed = HeaderBlock::parse(text);
    if (!parsed) return 0;
    const auto removals = scrubber().removals(parsed->headers);
    for (std::size_t i = 0; i < removals.size(); ++i) {
        invariant(i == 0 || removals[i].field < removals[i - 1].field, "from the last");
        if (parsed->headers.size() < 200) check_index(parsed->headers, removals[i]);
    }
    const HeaderBlock rest = without(parsed->headers, removals);
    invariant(rest.size() + removals.size() == parsed->headers.size(), "the others stay");
    check_kept(rest);
    return 0;
}
