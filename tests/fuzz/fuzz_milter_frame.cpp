// What a hostile filter may say: octets through the frame parser and the reply interpreter, then as
// the whole conversation with a client that plays a message and applies the edits.
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/postfix/message_edits.hpp"
#include "common/postfix/milter_client.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using postern::invariant;
using postern::SocketAddress;
using postern::UniqueFd;
using namespace postern::postfix;

namespace {

constexpr std::size_t kMaxFrame = 1 << 16;

class OneMacro final : public Macros {
public:
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
        if (name == "{i}") return "4ZxQ1m2Jz9";
        return std::nullopt;
    }
};

/// The frames up to the first error, whatever the size of the pieces.
std::string frames(std::string_view text, std::size_t piece) {
    FrameParser parser(kMaxFrame);
    std::string seen;
    while (true) {
        const auto frame = parser.next();
        if (!frame) return seen + "!";
        if (*frame) {
            seen.push_back((*frame)->command);
            seen.append((*frame)->data).push_back('|');
            for (const Command step : {Command::Negotiate, Command::Mail, Command::EndOfMessage})
                (void)parse_reply(**frame, step, " ");
            (void)parse_negotiation(**frame);
        } else if (text.empty()) {
            return seen;
        } else {
            parser.feed(text.substr(0, piece));
            text.remove_prefix(std::min(piece, text.size()));
        }
    }
}

void converse(std::string_view said, bool negotiated) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
    UniqueFd filter(ends[1]);
    StreamSocket ours{UniqueFd(ends[0])};
    std::string bytes;
    if (negotiated)
        bytes = FrameBuilder(Reply::Negotiate).number32(6).number32(0x1ff).number32(0).frame();
    bytes.append(said);
    if (::send(filter.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return;
    (void)::shutdown(filter.get(), SHUT_WR);

    using std::chrono::milliseconds;
    MilterClient client({.address = SocketAddress{},
                         .timeouts = {.connect = milliseconds(100),
                                      .command = milliseconds(100),
                                      .content = milliseconds(100)},
                         .max_frame = kMaxFrame,
                         .max_edits = 1 << 18});
    const OneMacro macros;
    const std::vector<std::string> address{"<alice@example.org>"};
    client.open(std::move(ours));
    (void)client.connect({.name = "localhost", .address = "127.0.0.1", .port = 1}, macros);
    (void)client.helo("localhost", macros);
    const Message message = parse_message("From: a@b\nX: 1\nX: 2\n\nbody\n");
    for (int round = 0; round < 2; ++round) {
        Message edited = message;
        edited.header.insert(edited.header.begin(),
                             {.name = "Received", .value = " us", .hidden = true});
        Envelope envelope{.sender = "a@b", .recipients = {"c@d"}};
        (void)client.mail(address, macros);
        (void)client.rcpt(address, macros);
        (void)client.data(macros);
        std::size_t edits = 0;
        (void)client.message(message, macros, [&](const Modification& edit) {
            apply(edit, edited, envelope);
            ++edits;
        });
        invariant(edited.header.size() <= message.header.size() + 1 + edits, "one field per edit");
        std::size_t own = 0;
        for (const HeaderField& field : edited.header)
            own += field.hidden ? 1U : 0U;
        invariant(own == 1, "our own Received stays");
        client.abort();
    }
    client.quit();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > kMaxFrame) return 0;
    const std::string_view text = postern::as_text({data + 1, size - 1});
    invariant(frames(text, text.size() + 1) == frames(text, 1 + data[0] % 7),
              "the same frames in pieces");
    converse(text, (data[0] & 0x80) != 0);
    return 0;
}
