#include "milters/frame/collected_header.hpp"

namespace postern::milter {

void CollectedHeader::add(std::string_view name, std::string_view value) {
    if (!over_limit_.empty()) return;
    constexpr std::size_t kColonAndLineEnd = 3;
    if (fields_.size() >= limits_.fields)
        over_limit_ = "too many header fields";
    else if (fields_.octets() + name.size() + value.size() + kColonAndLineEnd > limits_.octets)
        over_limit_ = "header fields too large";
    else
        fields_.add(name, value);
}

} // namespace postern::milter
