// Any message through the signer: first octet options, first line the identity (i=), then header
// lines split at their first colon without a look at the name, an empty line, the body. A signature
// comes out, or a sentence; nothing is thrown.
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/dkim/signature.hpp"
#include "common/dkim/signer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace postern;
using namespace postern::dkim;
using message::Canonicalization;

namespace {

std::shared_ptr<const crypto::PrivateKey> key() {
    // RFC 8463 A.1
    static const auto parsed = std::make_shared<const crypto::PrivateKey>(
        *crypto::PrivateKey::parse("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="));
    return parsed;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::uint8_t flags = data[0];
    std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto next_line = [&] {
        const auto halves = cut(text, '\n').value_or(Halves{text, {}});
        text = halves.after;
        return halves.before;
    };
    const std::string identity(next_line());
    message::HeaderBlock headers;
    if ((flags & 1) != 0) headers.add("From", " x");
    while (!text.empty()) {
        const auto line = next_line();
        if (line.empty()) break;
        const auto halves = cut(line, ':').value_or(Halves{line, {}});
        headers.add(halves.before, halves.after);
    }

    SigningOptions options;
    if ((flags & 2) != 0) options.header = Canonicalization::Simple;
    if ((flags & 4) != 0) options.body = Canonicalization::Simple;
    if ((flags & 8) != 0)
        options.selection = *HeaderSelection::parse("*,+X,+Received,+Comments", "*,+X");
    if ((flags & 16) != 0) options.expiry = std::chrono::seconds(1);
    Signer signer({{.domain = "example.org", .selector = "s", .identity = identity, .key = key()}},
                  options, 1);
    const std::size_t chunk = 1 + flags / 32;
    for (std::size_t at = 0; at < text.size(); at += chunk)
        signer.body(text.substr(at, chunk));
    invariant(signer.octets() == text.size(), "every octet was seen");
    const auto fields = signer.finish(headers);
    if (!fields) {
        invariant(!fields.error().message.empty(), "a refusal says why");
        return 0;
    }
    invariant(fields->size() == 1, "one identity, one signature");
    const std::string& value = fields->front().value;
    const auto parsed = SignatureFields::parse(value);
    invariant(parsed.has_value(), "the signature is well-formed");
    invariant(parsed->domain == "example.org" && parsed->signature.size() == 64, "and ours");
    for (std::size_t i = 0; i < value.size(); ++i)
        if (value[i] == '\r' || value[i] == '\n')
            invariant(value.substr(i, 3) == "\r\n\t" || value.substr(i - 1, 3) == "\r\n\t",
                      "only folds break lines");
    return 0;
}
