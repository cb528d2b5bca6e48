// Any octets as the value of a From field and as an SMTP path.
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/message/address.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using postern::invariant;
using namespace postern::message;

namespace {

/// The mailbox written the plain way, which everyone must read alike.
std::string written(const Mailbox& mailbox) {
    std::string out = "<\"";
    for (const char c : mailbox.local_part) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"@" + mailbox.domain + ">";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto found = parse_from(text)) {
        invariant(!found->empty() && found->size() <= kMaxMailboxes, "between one and the maximum");
        std::string list;
        for (const Mailbox& mailbox : *found) {
            invariant(!mailbox.local_part.empty() && !mailbox.domain.empty(), "both parts");
            invariant(postern::is_utf8(mailbox.local_part) && postern::is_utf8(mailbox.domain),
                      "UTF-8");
            invariant(mailbox.domain.find_first_of("@<> \r\n,;") == std::string::npos ||
                          mailbox.domain.front() == '[',
                      "no syntax in a domain");
            list += (list.empty() ? "" : ",") + written(mailbox);
        }
        if (list.size() <= kMaxAddressOctets) {
            const auto again = parse_from(list);
            invariant(again && *again == *found, "written plainly they are the same mailboxes");
        }
    } else {
        invariant(!found.error().message.empty(), "a refusal has a reason");
    }
    if (const auto path = parse_path(text))
        invariant(path->domain.find('@') == std::string::npos, "one @");
    return 0;
}
