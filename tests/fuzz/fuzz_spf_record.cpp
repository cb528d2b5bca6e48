// Any octets as an SPF record and as an explanation; what is read is put together again term by
// term and read to the same, and its macros expand within their bounds.
#include "common/base/invariant.hpp"
#include "common/spf/evaluator.hpp"
#include "common/spf/record.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using postern::invariant;
using postern::IpAddress;
using namespace postern::spf;

namespace {

bool is_clean(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

MacroValues some_values() {
    return {.sender = "a-b.c+d@example.org",
            .local = "a-b.c+d",
            .sender_domain = "example.org",
            .domain = "mail.example.org",
            .client = *IpAddress::parse("2001:db8::1"),
            .helo = "h\xC3\xA9lo.example.net",
            .receiver = "mx.example.com",
            .time = 1767225600};
}

void expand(const MacroString& macros) {
    static const MacroValues values = some_values();
    invariant(macros.expand_domain(values).size() <= 253, "a target fits into DNS");
    invariant(macros.expand_text(values).size() <= MacroString::kMaxExplanation,
              "an explanation is cut");
}

void read(std::string_view text) {
    const auto record = Record::parse(text);
    if (!record) {
        invariant(!record.error().message.empty(), "a refusal says why");
        invariant(is_clean(record.error().message), "and can be shown");
        return;
    }
    std::string again = "v=spf1";
    for (const Directive& directive : record->directives) {
        (again += ' ') += record->text_of(directive);
        if (directive.target) expand(*directive.target);
    }
    if (record->redirect) (again += " redirect=") += record->redirect->text();
    if (record->explanation) {
        (again += " exp=") += record->explanation->text();
        expand(*record->explanation);
    }
    auto second = Record::parse(again);
    invariant(second.has_value(), "the terms of a record make a record");
    invariant(second->directives.size() == record->directives.size(), "of as many terms");
    for (std::size_t i = 0; i < second->directives.size(); ++i) {
        Directive& directive = second->directives[i];
        directive.begin = record->directives[i].begin;
        directive.end = record->directives[i].end;
        invariant(directive == record->directives[i], "that mean the same");
    }
    invariant(second->redirect == record->redirect, "its redirect too");
    invariant(second->explanation == record->explanation, "and its explanation");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read(text);
    read("v=spf1 " + std::string(text));
    invariant(is_clean(explanation_of(text, some_values())), "an explanation can be shown");
    return 0;
}
