// Any octets as an mbox, and each of its messages as Postfix takes it in.
#include "common/base/invariant.hpp"
#include "common/postfix/message.hpp"
#include "tools/replay/mbox.hpp"
#include "tools/replay/message_source.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using postern::invariant;
using namespace postern::postfix;
using namespace postern::replay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    MboxReader reader(text);
    std::size_t octets = 0, messages = 0;
    while (const auto item = reader.next()) {
        octets += item->text.size();
        invariant(++messages <= size, "each message has an octet at least");
        const Message message = parse_message(item->text);
        const Message again = parse_message(message.text());
        invariant(message.header == again.header, "the header of what was written is the same");
        invariant(message.body == again.body, "and so is the body");
        for (const HeaderField& field : message.header) {
            invariant(header_name_size(field.name + ":") == field.name.size(), "a name is a name");
            (void)addresses_in(field.value);
        }
    }
    invariant(octets <= size, "nothing is made up");
    return 0;
}
