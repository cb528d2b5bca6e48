// Any octets as a key record; what is a key verifies nothing that was made up.
#include "common/base/invariant.hpp"
#include "common/dkim/key_cache.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

using postern::invariant;
using namespace postern::dkim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto record = KeyRecord::parse(text);
    static KeyCache keys(4);
    const auto kept = keys.find_or_parse(text);
    invariant(kept.has_value() == record.has_value() && keys.size() <= 4, "cached or not");
    if (!record) {
        invariant(!record.error().message.empty(), "a refusal says why");
        invariant(record.error() == kept.error(), "the same each time");
        return 0;
    }
    invariant((*kept)->type == record->type && (*kept)->testing == record->testing &&
                  (*kept)->strict_identity == record->strict_identity &&
                  ((*kept)->key == nullptr) == (record->key == nullptr),
              "read the same each time");
    if (!record->key) return 0;
    const unsigned bits = record->key->bits();
    invariant(bits >= 256 && bits <= 16384, "of a size that was agreed to");
    const std::vector<std::uint8_t> made_up((bits + 7) / 8, 0x55);
    if (bits <= 4096) {
        const postern::crypto::Sha256 digest{};
        invariant(!record->key->verify(digest, {}), "nothing is no signature");
        (void)record->key->verify(digest, made_up);
    }
    return 0;
}
