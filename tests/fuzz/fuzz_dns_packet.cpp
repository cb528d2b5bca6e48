// Any octets as a name server's reply to a fixed set of questions: read, and followed along its
// aliases. The id is always taken for the right one; the rest has to match as it must on the wire.
#include "common/base/invariant.hpp"
#include "common/dns/chain.hpp"
#include "common/dns/wire.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

using postern::invariant;
using namespace postern::dns;

namespace {

struct Asked {
    const char* name;
    RecordType type;
};
constexpr std::array kQuestions{
    Asked{"host.test", RecordType::A},
    Asked{"host.test", RecordType::AAAA},
    Asked{"host.test", RecordType::TXT},
    Asked{"host.test", RecordType::MX},
    Asked{"host.test", RecordType::CNAME},
    Asked{"alias.test", RecordType::A},
    Asked{"away.test", RecordType::A},
    Asked{"x.old.test", RecordType::TXT},
    Asked{"long.test", RecordType::TXT},
    Asked{"1.2.0.192.in-addr.arpa", RecordType::PTR},
    Asked{"forged.signed.test", RecordType::TXT},
};

void follow(const Query& query, const Reply& reply) {
    Chain chain(query.name, query.type);
    unsigned further = 0;
    Chain::Step step = chain.read(reply, true);
    while (step == Chain::Step::AskFor) { // the same reply once more, as a server may send it
        invariant(++further <= Chain::kMaxFurther, "further questions are bounded");
        invariant(Name::parse(chain.name().text()).has_value(), "what is asked for is a name");
        (void)format_query({.name = chain.name(), .type = chain.type()});
        step = chain.read(reply, true);
    }
    if (step != Chain::Step::Done) {
        invariant(!chain.why().empty(), "a bad server has a reason");
        return;
    }
    const Answer& answer = chain.answer();
    invariant(answer.records.empty() == (answer.outcome != Outcome::Records),
              "records there are with that outcome alone");
    invariant(answer.is_failure() == !answer.why.empty(), "failures and they alone have a reason");
    invariant(answer.ttl.count() >= 0 && answer.ttl.count() <= 0x7fffffff, "a TTL has 31 bits");
    for (const Record& record : answer.records) {
        const bool address = query.type == RecordType::A || query.type == RecordType::AAAA;
        invariant(record.address.has_value() == address, "addresses are of address records");
        if (!address && query.type != RecordType::TXT)
            invariant(Name::parse(record.text).has_value(), "targets are names");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span packet(data, size);
    for (const Asked& asked : kQuestions) {
        const auto id = size < 2 ? 0U : (unsigned{data[0]} << 8U) | data[1];
        const Query query{.name = Name::parse(asked.name).value(),
                          .type = asked.type,
                          .id = static_cast<std::uint16_t>(id)};
        const Reading reading = read_reply(packet, query);
        if (reading.kind != Reading::Kind::Reply) continue;
        (void)reading.reply.error_text();
        follow(query, reading.reply);
    }
    return 0;
}
