// Any octets as a tag=value list.
#include "common/base/invariant.hpp"
#include "common/message/tag_list.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using postern::invariant;
using namespace postern::message;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto list = TagList::parse(text);
    if (!list) return 0;
    invariant(!list->tags().empty() && list->tags().size() <= TagList::kMaxTags, "a few tags");
    std::string written;
    for (const Tag& tag : list->tags()) {
        invariant(list->find(tag.name) == tag.value, "each tag is found, so none is there twice");
        invariant(without_folding(tag.value).size() <= tag.value.size(), "only less");
        written.append(tag.name).append("=").append(tag.value).append(";");
    }
    const auto again = TagList::parse(written);
    invariant(again && again->tags().size() == list->tags().size(), "written it parses again");
    for (std::size_t i = 0; i < list->tags().size(); ++i)
        invariant(again->tags()[i] == list->tags()[i], "to the same tags");
    return 0;
}
