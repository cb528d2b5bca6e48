#include "common/dkim/signed_fields.hpp"

#include "common/base/text.hpp"
#include "common/message/canonical_header.hpp"

#include <algorithm>

namespace postern::dkim {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF; // HeaderBlock holds less than 4 GiB, so fewer fields

/// Any strict order serves; length first decides most comparisons without looking at the letters.
bool before(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return a.size() < b.size();
    for (std::size_t i = 0; i < a.size(); ++i) {
        const char x = ascii_lower(a[i]);
        const char y = ascii_lower(b[i]);
        if (x != y) return x < y;
    }
    return false;
}

} // namespace

FieldStacks::FieldStacks(const message::HeaderBlock& headers, std::span<const std::string> names,
                         std::size_t except)
    : previous_(headers.size(), kNone) {
    stacks_.reserve(names.size());
    for (const std::string& name : names)
        stacks_.push_back({name, kNone, 0});
    const auto by_name = [](const Stack& a, const Stack& b) { return before(a.name, b.name); };
    std::sort(stacks_.begin(), stacks_.end(), by_name);
    const auto same = [](const Stack& a, const Stack& b) { return iequals(a.name, b.name); };
    stacks_.erase(std::unique(stacks_.begin(), stacks_.end(), same), stacks_.end());

    for (std::uint32_t i = 0; i < previous_.size(); ++i) {
        if (i == except) continue;
        auto* stack = const_cast<Stack*>(find(headers[i].name));
        if (stack == nullptr) continue;
        previous_[i] = stack->top;
        stack->top = i;
        ++stack->left;
    }
}

const FieldStacks::Stack* FieldStacks::find(std::string_view name) const noexcept {
    const auto at = std::lower_bound(
        stacks_.begin(), stacks_.end(), name,
        [](const Stack& stack, std::string_view n) { return before(stack.name, n); });
    return at != stacks_.end() && iequals(at->name, name) ? &*at : nullptr;
}

std::size_t FieldStacks::left(std::string_view name) const noexcept {
    const Stack* stack = find(name);
    return stack == nullptr ? 0 : stack->left;
}

std::size_t FieldStacks::take(std::string_view name) noexcept {
    auto* stack = const_cast<Stack*>(find(name));
    if (stack == nullptr || stack->left == 0) return message::HeaderBlock::npos;
    const std::uint32_t index = stack->top;
    stack->top = previous_[index];
    --stack->left;
    return index;
}

void append_signed_fields(std::string& out, const message::HeaderBlock& headers,
                          std::span<const std::string> names, message::Canonicalization form,
                          std::size_t except) {
    FieldStacks stacks(headers, names, except);
    for (const std::string& name : names) {
        const std::size_t index = stacks.take(name);
        if (index != message::HeaderBlock::npos)
            message::append_canonical_header(out, headers[index], form);
    }
}

std::size_t unsigned_froms(const message::HeaderBlock& headers,
                           std::span<const std::string> names) noexcept {
    const std::size_t present = headers.count("From");
    const auto covered = static_cast<std::size_t>(std::count_if(
        names.begin(), names.end(), [](const auto& name) { return iequals(name, "From"); }));
    return present > covered ? present - covered : 0;
}

} // namespace postern::dkim
