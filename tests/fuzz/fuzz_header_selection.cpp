// Any octets as the two lists of a header selection, separated by a line end.
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/dkim/header_selection.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace postern;
using postern::dkim::HeaderSelection;

namespace {

bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& n) { return iequals(n, name); });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto lists = cut(text, '\n').value_or(Halves{text, {}});
    const auto selection = HeaderSelection::parse(lists.before, lists.after);
    if (!selection) {
        invariant(!selection.error().message.empty(), "a refusal says why");
        return 0;
    }
    invariant(has(selection->sign, "From") && has(selection->oversign, "From"), "From is in both");
    for (const std::string& name : selection->oversign)
        invariant(has(selection->sign, name), "what is oversigned is signed");
    const auto again =
        HeaderSelection::parse(join(selection->sign, ","), join(selection->oversign, " "));
    invariant(again == selection, "the lists written out mean the same");

    message::HeaderBlock headers;
    headers.add("From", " x");
    headers.add(selection->sign.back(), " y");
    const auto names = selection->names_for(headers);
    invariant(names.size() ==
                  selection->sign.size() + selection->oversign.size() -
                      static_cast<std::size_t>(std::count_if(
                          selection->sign.begin(), selection->sign.end(),
                          [&](const std::string& name) { return headers.count(name) == 0; })) +
                      (iequals(selection->sign.back(), "From") ? 1 : 0),
              "each present field once, each oversigned one once more");
    return 0;
}
