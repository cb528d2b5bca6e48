// Any octets as the value of a DKIM-Signature field; what is read is written and read again.
#include "common/base/invariant.hpp"
#include "common/dkim/signature.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using postern::invariant;
using namespace postern::dkim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto fields = SignatureFields::parse({reinterpret_cast<const char*>(data), size});
    if (!fields) {
        invariant(!fields.error().message.empty(), "a refusal says why");
        return 0;
    }
    for (const HeaderCharset charset : {HeaderCharset::Ascii, HeaderCharset::Utf8}) {
        const auto again = SignatureFields::parse(fields->format(charset));
        invariant(again.has_value(), "what we write can be read");
        invariant(*again == *fields, "and means the same");
    }
    return 0;
}
